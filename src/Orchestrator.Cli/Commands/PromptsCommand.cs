using System.CommandLine;
using System.Text.Json;
using Orchestrator.Activities.Catalog;
using Orchestrator.Activities.Catalog.Prompts;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.State;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator prompts</c>: adds, lists and shows stored prompts.</summary>
internal static class PromptsCommand
{
    public static Command Create() => new("prompts", "Keep prompts under a name, in versions.") { Add(), List(), Show() };

    private static Command Add()
    {
        var file = new Argument<string>("file") { Description = "The prompt: text or Markdown with an optional front matter, or .prompty." };
        var slug = new Option<string?>("--slug") { Description = "The name; default: the file's name.", HelpName = "SLUG" };
        var label = new Option<string?>("--label") { Description = "The environment whose version this is to be.", HelpName = "ENV" };
        var (app, state, storage) = (CommonOptions.App("The app; default: none, for all apps."), CommonOptions.State(), CommonOptions.KeptStorage());
        var command = new Command("add", "Store a prompt, or another version of it.") { file, slug, label, app, state, storage };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var path = parsed.GetRequiredValue(file);
            if (path.Length == 0)
            {
                throw new UsageException("The prompt file has no name.");
            }

            var prompt = await PromptFolder.ReadAsync(parsed.GetValue(slug) ?? Path.GetFileNameWithoutExtension(path), path, cancellationToken);
            using var stores = StateStores.Open(parsed.Where(state, storage));
            var put = await stores.Prompts.PutAsync(prompt, parsed.GetValue(app), parsed.GetValue(label), WriteCondition.None, cancellationToken);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"Stored the prompt {Line(put.Stored.Record, put.Version)}.");
            return ExitCodes.Completed;
        });
        return command;
    }

    private static Command List()
    {
        var app = CommonOptions.App("Only those of this app.");
        var (state, storage, json) = (CommonOptions.State(), CommonOptions.KeptStorage(), CommonOptions.Json());
        var command = new Command("list", "List stored prompts.") { app, state, storage, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var stores = StateStores.OpenExisting(parsed.Where(state, storage));
            var all = await stores.Prompts.ListAsync(parsed.GetValue(app), cancellationToken)
                .Select(stored => stored.Record)
                .ToListAsync(cancellationToken);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                var shown = all.Select(one => new { one.Slug, one.App, one.Version, one.UpdatedAt, one.Labels, Unreadable = one.Unreadable?.Word });
                await output.WriteLineAsync(JsonSerializer.Serialize(shown, WorkflowJson.IndentedDocument));
                return ExitCodes.Completed;
            }

            foreach (var one in all)
            {
                await output.WriteLineAsync(one.Unreadable is { } problem
                    ? $"{one.Slug}: {problem.Word}. {problem.Message}"
                    : $"{Line(one, one.Version)}, {Wording.Moment(one.UpdatedAt)}");
            }

            return ExitCodes.Completed;
        });
        return command;
    }

    private static Command Show()
    {
        var name = new Argument<string>("slug") { Description = "The prompt: slug, the newest version, or slug@version." };
        var app = CommonOptions.App("The app, when several have one of that slug.");
        var (state, storage, json) = (CommonOptions.State(), CommonOptions.KeptStorage(), CommonOptions.Json());
        var command = new Command("show", "Print a stored prompt.") { name, app, state, storage, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var reference = PromptReference.Parse(parsed.GetRequiredValue(name));
            using var stores = StateStores.OpenExisting(parsed.Where(state, storage));
            var stored = (await stores.Prompts.RequireAsync(reference.Slug, parsed.GetValue(app), cancellationToken)).Record;
            var prompt = await stores.Prompts.ReadAsync(stored, reference.Version, cancellationToken);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(PromptDocument.Of(stored, prompt), WorkflowJson.IndentedDocument));
                return ExitCodes.Completed;
            }

            await output.WriteLineAsync(Line(stored, prompt.Version));
            if (prompt.System is not null)
            {
                await output.WriteLineAsync($"\nsystem: {prompt.System}");
            }

            await output.WriteLineAsync($"\n{prompt.Text}");
            return ExitCodes.Completed;
        });
        return command;
    }

    private static string Line(StoredPrompt stored, string version)
    {
        var labels = stored.Labels.Where(label => label.Value == version).Select(label => label.Key).Order(StringComparer.Ordinal).ToList();
        var marks = version == stored.Version ? labels.Prepend("newest") : labels;
        var suffix = marks.Any() ? $" ({string.Join(", ", marks)})" : "";
        return $"{stored.Slug}@{version}{(stored.App is null ? "" : $" of the app '{stored.App}'")}{suffix}";
    }
}
