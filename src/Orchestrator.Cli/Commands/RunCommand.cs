using System.CommandLine;
using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.Inputs;
using Orchestrator.Cli.Output;
using Orchestrator.Functions.Application;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator run</c>: starts a run, shows its progress and prints its outputs.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "The file of a workflow definition, or the slug of a stored workflow." };
        var app = CommonOptions.App("The app of a stored workflow, when several have one of that slug.");
        var input = new Option<string[]>("-i", "--input")
        {
            Description = "An input: key=value, or key=@file for the text of a file. Again for each input.",
            HelpName = "KEY=VALUE",
            DefaultValueFactory = _ => [],
        };
        var inputs = new Option<string?>("--inputs") { Description = "A JSON file with inputs; -i goes before it.", HelpName = "FILE" };
        var model = CommonOptions.Model("The model for every step, e.g. simulated:latency=300,tokensPerSecond=80.");
        var parallel = CommonOptions.Number("--max-parallelism", "Steps that may execute at one time.", 1, 10_000);
        var runId = new Option<string?>("--run-id") { Description = "The id of the run; default: a new one.", HelpName = "ID" };
        var environment = new Option<string>("--environment")
        {
            Description = "The environment; its prompts, in prompts/NAME, go before the others.",
            HelpName = "NAME",
            DefaultValueFactory = _ => "default",
        };
        var mocks = new Option<string?>("--mocks")
        {
            Description = "A JSON file with answers that stand in for models and tools, none of which is then asked.",
            HelpName = "FILE",
        };
        var mocksElse = CommonOptions.MocksElse();
        var stream = new Option<string?>("--stream") { Description = "Print the text of this step while it is written.", HelpName = "STEP" };
        var only = new Option<string?>("--only")
        {
            Description = "Run this step alone; what it takes from others is given as inputs, by their output keys.",
            HelpName = "STEP",
        };
        var foreground = new ForegroundOptions(CommonOptions.Storage());
        var command = new Command("run", "Run a workflow and show what happens.")
        {
            file, app, input, inputs, model, parallel, runId, environment, mocks, mocksElse, stream, only,
        };
        foreground.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Interrupts.RunAsync(async interrupts =>
        {
            var path = parsed.GetRequiredValue(file);
            var definition = await RunDefinition.ReadAsync(path, parsed.GetValue(app), foreground.Where(parsed), cancellationToken);
            var request = new StartRequest
            {
                Definition = definition.Text,
                Inputs = RunInputs.Read(parsed.GetValue(inputs), parsed.GetRequiredValue(input), definition.File, out var note),
                RunId = parsed.GetValue(runId),
                FallbackSlug = definition.Slug,
                FallbackApp = definition.App,
                Options = new RunOptions { Model = parsed.GetValue(model), MaxParallelism = parsed.GetValue(parallel) },
                StreamedStep = parsed.GetValue(stream),
                Only = parsed.GetValue(only),
                Environment = parsed.GetRequiredValue(environment),
                Mocks = InputFile.ReadMocks(parsed.GetValue(mocks), parsed.GetValue(mocksElse)),
                File = definition.File is null ? null : Path.GetFullPath(definition.File),
            };
            await using var view = foreground.View(parsed, parsed.GetValue(stream));
            await using var host = await LocalApp.StartAsync(foreground.Settings(parsed), interrupts.StopRequested);
            try
            {
                return await new ForegroundRun(host, view, interrupts, note).StartAsync(request, cancellationToken);
            }
            catch (DefinitionRefusedException refusal)
            {
                throw new UsageException(DefinitionReport.Lines(path, request.Definition, refusal.Diagnostics));
            }
        }, parsed.InvocationConfiguration.Error));
        return command;
    }
}
