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
catch (Exception exception) when (exception is ContentStoreException or ModelConfigurationException or ValidationException)
{
    // One sentence that names the setting; the Functions host shows it, and a stack trace would hide it.
    Console.Error.WriteLine(exception.Message);
    return 1;
}

if (string.IsNullOrEmpty(builder.Configuration["Functions:Worker:HostEndpoint"]))
{
    Console.Error.WriteLine(
        "This program is the worker of a Functions host, which starts it and names its address: run 'func start' beside host.json "
        + "(docs/functions-host.md). 'orchestrator serve' needs no host.");
    return 1;
}

builder.Services.Configure<WorkerOptions>(worker => worker.Serializer = new JsonObjectSerializer(WorkflowJson.Compact));

// The app has limits of its own, which answer 413 with the maximum. Kestrel's limit of 30 MB would answer 500 without a reason.
builder.Services.Configure<KestrelServerOptions>(server => server.Limits.MaxRequestBodySize = null);

// The log levels of host.json do not apply to the worker's web server, which would log several lines for each request.
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
var host = builder.Build();
host.Services.GetRequiredService<TelemetryExport>().Warn(host.Services.GetRequiredService<ILogger<TelemetryExport>>());
host.Run();
return 0;
