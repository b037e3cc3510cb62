using Azure.Core.Serialization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestrator.Activities.Models;
using Orchestrator.Functions;
using Orchestrator.Workflows.Serialization;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Services.AddContentStore(builder.Configuration);
builder.Services.AddModelProviders(builder.Configuration);
builder.Services.AddOrchestrator(builder.Configuration.GetSection("Orchestrator").Get<OrchestratorOptions>() ?? new OrchestratorOptions());
builder.Services.Configure<WorkerOptions>(worker => worker.Serializer = new JsonObjectSerializer(WorkflowJson.Compact));
builder.Build().Run();
