using System.CommandLine;
using System.CommandLine.Parsing;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Cli.Commands;

/// <summary>What is wrong with a command line, in sentences; a misspelt command or option comes with the one that was probably meant.</summary>
internal static class UsageMistakes
{
    public static IEnumerable<string> Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var unknown = Unknown(parsed).ToList();
        foreach (var token in unknown)
        {
            yield return Sentence(command, token);
        }

        // What the parser says of these words, and of what is missing since they were not understood, says nothing more.
        foreach (var mistake in parsed.Errors)
        {
            if (mistake.SymbolResult is not (CommandResult or ArgumentResult { Parent: CommandResult, Tokens.Count: 0 }))
            {
                yield return mistake.Message;
            }
            else if (unknown.Count == 0)
            {
                yield return Missing(command);
            }
        }
    }

    private static string Missing(Command command) => command.Subcommands.Count > 0
        ? $"'{Name(command)}' needs a command: {string.Join(", ", command.Subcommands.Where(one => !one.Hidden).Select(one => one.Name))}."
        : $"'{Name(command)}' needs {string.Join(" and ", command.Arguments.Select(argument => $"<{argument.Name}> ({argument.Description?.TrimEnd('.')})"))}.";

    private static string Name(Command command) => command is RootCommand ? "orchestrator" : $"orchestrator {Path(command)}";

    /// <summary>The words that have no meaning, without the values of options that do not exist.</summary>
    private static IEnumerable<string> Unknown(ParseResult parsed)
    {
        var afterOption = false;
        foreach (var token in parsed.UnmatchedTokens)
        {
            var isOption = IsOption(token);
            if (isOption || !afterOption)
            {
                yield return token;
            }

            afterOption = isOption && !token.Contains('=', StringComparison.Ordinal);
            if (!isOption && parsed.CommandResult.Command.Subcommands.Count > 0)
            {
                // The rest belongs to a command that does not exist.
                yield break;
            }
        }
    }

    private static string Sentence(Command command, string token)
    {
        var name = Name(command);
        if (IsOption(token))
        {
            var written = token.Split('=')[0];
            var options = command.Options.SelectMany(option => option.Aliases.Prepend(option.Name)).Where(option => option.StartsWith("--", StringComparison.Ordinal));
            return $"'{name}' has no option '{written}'.{Advice(written, options)}";
        }

        return command.Subcommands.Count > 0
            ? $"'{name}' has no command '{token}'.{Advice(token, command.Subcommands.Where(one => !one.Hidden).Select(one => one.Name))}"
            : $"'{name}' takes no further argument, and '{token}' is one. A value with spaces needs quotes.";
    }

    private static string Path(Command command) => command.Parents.OfType<Command>().FirstOrDefault() is { } parent and not RootCommand ? $"{Path(parent)} {command.Name}" : command.Name;

    private static string Advice(string written, IEnumerable<string> names) => Suggestion.For(written, names) is { } advice ? " " + advice : "";

    private static bool IsOption(string token) => token.StartsWith('-') && token.Length > 1;
}
