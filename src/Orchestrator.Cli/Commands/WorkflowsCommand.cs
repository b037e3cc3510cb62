using System.CommandLine;
using System.Text;
using System.Text.Json;
using Orchestrator.Activities.Catalog;
using Orchestrator.Activities.Catalog.Workflows;
using Orchestrator.Cli.Inputs;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.State;
using Orchestrator.Workflows.Formats;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator workflows</c>: adds, lists and shows stored workflows.</summary>
internal static class WorkflowsCommand
{
    public static Command Create() => new("workflows", "Keep workflows under a name.") { Add(), List(), Show() };

    private static Command Add()
    {
        var file = new Argument<string>("file") { Description = "The workflow definition." };
        var slug = new Option<string?>("--slug")
        {
            Description = "The name; default: the definition's slug, then the file's name.",
            HelpName = "SLUG",
        };
        var app = CommonOptions.App("The app; default: the definition's appName.");
        var (state, storage) = (CommonOptions.State(), CommonOptions.KeptStorage());
        var command = new Command("add", "Store a workflow, or another version of it.") { file, slug, app, state, storage };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var path = parsed.GetRequiredValue(file);
            var text = InputFile.ReadDefinition(path);
            var name = parsed.GetValue(slug) ?? (WorkflowReader.Read(text).Workflow?.Definition.Slug is null ? RunDefinition.SlugOf(path) : null);
            var where = parsed.Where(state, storage);
            using var stores = StateStores.Open(where);
            try
            {
                var put = await stores.Workflows.PutAsync(name, parsed.GetValue(app), text, WriteCondition.None, cancellationToken);
                foreach (var warning in put.Warnings)
                {
                    await parsed.InvocationConfiguration.Error.WriteLineAsync($"{path}: {DefinitionReport.Line(warning)}");
                }

                var stored = put.Stored.Record;
                var sentence = $"Stored the workflow '{stored.Slug}'{OfApp(stored.App)}, version {stored.Versions.Count}. "
                    + $"Run it with 'orchestrator run {stored.Slug}'.";
                await parsed.InvocationConfiguration.Output.WriteLineAsync(NextCommand.Complete(sentence, where));
                return ExitCodes.Completed;
            }
            catch (StoreRefusedException refusal) when (refusal.Diagnostics.Count > 0)
            {
                throw new UsageException(DefinitionReport.Lines(path, text, refusal.Diagnostics));
            }
        });
        return command;
    }

    private static Command List()
    {
        var app = CommonOptions.App("Only those of this app.");
        var (state, storage, json) = (CommonOptions.State(), CommonOptions.KeptStorage(), CommonOptions.Json());
        var command = new Command("list", "List stored workflows.") { app, state, storage, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var stores = StateStores.OpenExisting(parsed.Where(state, storage));
            var all = await stores.Workflows.ListAsync(parsed.GetValue(app), cancellationToken)
                .Select(stored => stored.Record)
                .ToListAsync(cancellationToken);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                var documents = all.Select(one => new
                {
                    one.Slug,
                    one.App,
                    one.Id,
                    one.Name,
                    one.Hash,
                    one.UpdatedAt,
                    Unreadable = one.Unreadable?.Word,
                });
                await output.WriteLineAsync(JsonSerializer.Serialize(documents, WorkflowJson.IndentedDocument));
                return ExitCodes.Completed;
            }

            foreach (var one in all)
            {
                await output.WriteLineAsync(one.Unreadable is { } problem
                    ? $"{one.Slug}{OfApp(one.App)}: {problem.Word}. {problem.Message}"
                    : $"{one.Slug}{OfApp(one.App)}: {(one.Name is null ? "" : one.Name + ", ")}version {one.Versions.Count}, "
                        + Wording.Moment(one.UpdatedAt));
            }

            return ExitCodes.Completed;
        });
        return command;
    }

    private static Command Show()
    {
        var slug = new Argument<string>("slug") { Description = "The slug or id of the workflow." };
        var app = CommonOptions.App("The app, when several have one of that slug.");
        var (state, storage, json) = (CommonOptions.State(), CommonOptions.KeptStorage(), CommonOptions.Json());
        var command = new Command("show", "Print a stored workflow as it was written.") { slug, app, state, storage, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var stores = StateStores.OpenExisting(parsed.Where(state, storage));
            var stored = (await stores.Workflows.RequireAsync(parsed.GetRequiredValue(slug), parsed.GetValue(app), cancellationToken)).Record;
            var text = await stores.Workflows.ReadTextAsync(stored, cancellationToken);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(parsed.GetValue(json)
                ? JsonSerializer.Serialize(WorkflowDocument.Of(stored, text), WorkflowJson.IndentedDocument)
                : Encoding.UTF8.GetString(text.Span).TrimStart('\uFEFF').TrimEnd('\n'));
            return ExitCodes.Completed;
        });
        return command;
    }

    private static string OfApp(string? app) => app is null ? "" : $" of the app '{app}'";
}
