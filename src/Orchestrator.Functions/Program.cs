using System.ComponentModel.DataAnnotations;
using Azure.Core.Serialization;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Models;
using Orchestrator.Functions;
using Orchestrator.Functions.Telemetry;
using Orchestrator.Storage;
using Orchestrator.Workflows.Serialization;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
try
{
    builder.Services.AddOrchestrator(builder.Configuration);
    TelemetryExport.Add(builder.Services, builder.Configuration)?.UseFunctionsWorkerDefaults();
}
catch (Exception mistake) when (mistake is ContentStoreException or ModelConfigurationException or ValidationException)
{
    // One sentence that names the setting, where the Functions host shows it; the trace of an exception would hide it.
    Console.Error.WriteLine(mistake.Message);
    return 1;
}

if (string.IsNullOrEmpty(builder.Configuration["Functions:Worker:HostEndpoint"]))
{
    Console.Error.WriteLine(
        "This program is the worker of a Functions host, which starts it and names its address: run 'func start' beside host.json (docs/functions-host.md). 'orchestrator serve' needs no host.");
    return 1;
}

builder.Services.Configure<WorkerOptions>(worker => worker.Serializer = new JsonObjectSerializer(WorkflowJson.Compact));

// The app's own limits answer 413 and say what is allowed; Kestrel's, of 30 MB, would answer 500 without a word.
builder.Services.Configure<KestrelServerOptions>(server => server.Limits.MaxRequestBodySize = null);

// host.json does not reach the worker's own web server, which writes several lines for each request.
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
var host = builder.Build();
host.Services.GetRequiredService<TelemetryExport>().Warn(host.Services.GetRequiredService<ILogger<TelemetryExport>>());
host.Run();
return 0;
