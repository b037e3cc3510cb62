using System.CommandLine;
using System.Globalization;
using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.State;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Mocks;

namespace Orchestrator.Cli.Commands;

/// <summary>Options that several commands share. Each call makes a new one.</summary>
internal static class CommonOptions
{
    private const string StateName = "--state";
    private const string StorageName = "--storage";

    /// <summary>The folder of the state; default <see cref="StateStorage.DefaultFolder"/>.</summary>
    public static Option<string> State()
    {
        var option = new Option<string>(StateName)
        {
            Description = "The folder that keeps runs.",
            HelpName = "DIR",
            DefaultValueFactory = _ => StateStorage.DefaultFolder,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
            {
                result.AddError("--state needs the name of a folder.");
            }
        });
        return option;
    }

    /// <summary>The storage of a command that can run workflows in memory, too.</summary>
    public static Option<string> Storage() => Storage("files", "azure", "memory");

    /// <summary>The storage of a command about stored runs, workflows or prompts.</summary>
    public static Option<string> KeptStorage() => Storage("files", "azure");

    /// <summary>The storage that the two options name together.</summary>
    public static StateStorage Where(this ParseResult parsed, Option<string> state, Option<string> storage) =>
        new(Enum.Parse<StorageKind>(parsed.GetRequiredValue(storage), ignoreCase: true), parsed.GetRequiredValue(state));

    /// <summary>The storage of the parsed command, found by the names of its options; null for a command without storage.</summary>
    public static StateStorage? FindWhere(this ParseResult parsed) =>
        Find(parsed, StateName) is { } state && Find(parsed, StorageName) is { } storage ? parsed.Where(state, storage) : null;

    private static Option<string>? Find(ParseResult parsed, string name) =>
        parsed.CommandResult.Command.Options.OfType<Option<string>>().FirstOrDefault(option => option.Name == name);

    private static Option<string> Storage(params string[] kinds)
    {
        var option = new Option<string>(StorageName)
        {
            Description = "Where runs and everything else are kept: in the folder, or in the storage account that AzureWebJobsStorage names.",
            DefaultValueFactory = _ => kinds[0],
        };
        OneOf(option, kinds);
        return option;
    }

    /// <summary>Makes an option take these words only; the message for any other lists them.</summary>
    public static void OneOf(Option option, params IReadOnlyList<string> words)
    {
        option.CompletionSources.Add([.. words]);
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !words.Contains(token.Value)))
            {
                var refusal = $"{option.Name} takes {string.Join(", ", words.SkipLast(1))} or {words[^1]}, and '{token.Value}' is none of them.";
                result.AddError(Suggestion.Append(refusal, Suggestion.For(token.Value, words)));
            }
        });
    }

    /// <summary>An option for a whole number; the message for anything else names the option and its range.</summary>
    public static Option<int?> Number(string name, string description, int least, int most) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens.SingleOrDefault()?.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                && number >= least && number <= most)
            {
                return number;
            }

            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} takes a whole number from {least} to {most}."));
            return null;
        },
    };

    /// <summary>The port of a server on this machine.</summary>
    public static Option<int?> Port(int otherwise)
    {
        var option = Number("--port", "The port on this machine; 0 for any free one.", 0, 65_535);
        option.DefaultValueFactory = _ => otherwise;
        return option;
    }

    /// <summary>The app of a stored workflow or prompt; null without it.</summary>
    public static Option<string?> App(string description) => new("--app") { Description = description, HelpName = "NAME" };

    /// <summary>
    /// The name of a model. A provider's models are unknown, so any name is taken, but for one that nearly is that of the simulated model.
    /// </summary>
    public static Option<string?> Model(string description, string helpName = "NAME")
    {
        var option = new Option<string?>("--model") { Description = description, HelpName = helpName };
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Select(token => token.Value))
            {
                var name = token.Split(':')[0];
                if (name != SimulatedModelOptions.ModelName && Suggestion.For(name, [SimulatedModelOptions.ModelName]) is { } advice)
                {
                    result.AddError($"--model names the model '{name}'. {advice}");
                }
            }
        });
        return option;
    }

    /// <summary>The simulated model for steps that the mocks do not cover; null without it.</summary>
    public static Option<string?> MocksElse() => new("--mocks-else")
    {
        Description = "What answers for steps that --mocks does not cover: simulated, or simulated:latency=0. Without it such steps are refused.",
        HelpName = "simulated",
    };

    /// <summary>Whether one JSON document is the only output.</summary>
    public static Option<bool> Json() => new("--json")
    {
        Description = "Print one JSON document and nothing else; progress goes to the error output.",
    };

    /// <summary>Whether the output has no colours.</summary>
    public static Option<bool> NoColor() => new("--no-color") { Description = "Print plain text." };

    /// <summary>Whether the log of the host is printed.</summary>
    public static Option<bool> Verbose() => new("--verbose") { Description = "Print what the host logs." };
}

/// <summary>The options of commands that follow a run in the foreground.</summary>
/// <param name="storage">The option for the storage, of which commands take different kinds.</param>
internal sealed class ForegroundOptions(Option<string> storage)
{
    private readonly Option<string> _state = CommonOptions.State();
    private readonly Option<bool> _json = CommonOptions.Json();
    private readonly Option<bool> _noColor = CommonOptions.NoColor();
    private readonly Option<bool> _verbose = CommonOptions.Verbose();

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (IEnumerable<Option>)[_state, storage, _json, _noColor, _verbose])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The storage that the options name.</summary>
    public StateStorage Where(ParseResult parsed) => parsed.Where(_state, storage);

    /// <param name="streamed">The step whose text is printed while it is generated; null for none.</param>
    public RunView View(ParseResult parsed, string? streamed = null)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        return new RunView(Where(parsed), output, error, parsed.GetValue(_json), !parsed.GetValue(_noColor), streamed);
    }

    /// <summary>
    /// The settings of an app in which the run goes on: the simulated model answers when no provider is configured, and a note says so.
    /// </summary>
    /// <param name="runIds">The stored runs that the command is about.</param>
    public LocalAppSettings Settings(ParseResult parsed, params IReadOnlyCollection<string> runIds) =>
        new(Where(parsed)) { Runs = runIds, SimulatesWithoutProvider = true, Verbose = parsed.GetValue(_verbose) };
}
