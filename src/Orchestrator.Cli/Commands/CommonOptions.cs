using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Orchestrator.Activities.Models.Simulated;
using Orchestrator.Cli.Hosting;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary>Options that several commands share, each made anew for its command.</summary>
internal static class CommonOptions
{
    private const string StateName = "--state";
    private const string StorageName = "--storage";

    public static Option<string> State()
    {
        var option = new Option<string>(StateName) { Description = "The folder that keeps runs.", HelpName = "DIR", DefaultValueFactory = _ => StateStorage.DefaultFolder };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
            {
                result.AddError("--state needs the name of a folder.");
            }
        });
        return option;
    }

    /// <summary>For commands that run workflows, and so need nothing that is kept.</summary>
    public static Option<string> Storage() => Storage("files", "azure", "memory");

    /// <summary>For commands that are about what is kept.</summary>
    public static Option<string> KeptStorage() => Storage("files", "azure");

    /// <summary>What the two options say together.</summary>
    public static StateStorage Where(this ParseResult parsed, Option<string> state, Option<string> storage) =>
        new(Enum.Parse<StorageKind>(parsed.GetRequiredValue(storage), ignoreCase: true), parsed.GetRequiredValue(state));

    /// <summary>The same for whichever command was given; null for one that has no storage.</summary>
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

    /// <summary>Refuses all but these words, and says which there are.</summary>
    public static void OneOf(Option option, params IReadOnlyList<string> words)
    {
        option.CompletionSources.Add([.. words]);
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !words.Contains(token.Value)))
            {
                var advice = Suggestion.For(token.Value, words);
                result.AddError($"{option.Name} takes {string.Join(", ", words.SkipLast(1))} or {words[^1]}, and '{token.Value}' is none of them.{(advice is null ? "" : " " + advice)}");
            }
        });
    }

    /// <summary>An option that takes a whole number; anything else is refused in words that name the option and its bounds.</summary>
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

    /// <summary>A status as it is written everywhere: <c>timedOut</c>.</summary>
    public static string Word(RunStatus status) => JsonNamingPolicy.CamelCase.ConvertName(status.ToString());

    public static Option<string?> App(string description) => new("--app") { Description = description, HelpName = "NAME" };

    /// <summary>An option that names a model. Which models a provider has is not known, but a name that is nearly that of the simulated one is a mistake.</summary>
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

    public static Option<string?> MocksElse() => new("--mocks-else")
    {
        Description = "What answers for steps that --mocks does not cover: simulated, or simulated:latency=0. Without it such steps are refused.",
        HelpName = "simulated",
    };

    public static Option<bool> Json() => new("--json") { Description = "Print one JSON document and nothing else; progress goes to the error output." };

    public static Option<bool> NoColor() => new("--no-color") { Description = "Print plain text." };

    public static Option<bool> Verbose() => new("--verbose") { Description = "Print what the host logs." };
}
