using System.CommandLine;

namespace Orchestrator.Cli.Commands;

/// <summary>Options that several commands share, each made anew for its command.</summary>
internal static class CommonOptions
{
    public static Option<string> State() => new("--state")
    {
        Description = "The folder that keeps runs.",
        HelpName = "DIR",
        DefaultValueFactory = _ => ".orchestrator",
    };

    public static Option<string> Storage()
    {
        var option = new Option<string>("--storage") { Description = "Where runs are kept: files or memory.", DefaultValueFactory = _ => "files" };
        option.AcceptOnlyFromAmong("files", "memory");
        return option;
    }

    public static Option<bool> Json() => new("--json") { Description = "Print one JSON document and nothing else; progress goes to the error output." };

    public static Option<bool> NoColor() => new("--no-color") { Description = "Print plain text." };

    public static Option<bool> Verbose() => new("--verbose") { Description = "Print what the host logs." };
}
