using System.CommandLine;
using System.CommandLine.Parsing;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Cli.Commands;

/// <summary>The errors of a command line as sentences; a misspelt command or option comes with the one that was probably meant.</summary>
internal static class UsageMistakes
{
    /// <summary>One sentence per error.</summary>
    public static IEnumerable<string> Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var unknown = Unknown(parsed).ToList();
        foreach (var token in unknown)
        {
            yield return Sentence(command, token);
        }

        // The parser's errors about these words, and about arguments that seem to be missing because of them, tell nothing more.
        foreach (var error in parsed.Errors)
        {
            if (error.SymbolResult is not (CommandResult or ArgumentResult { Parent: CommandResult, Tokens.Count: 0 }))
            {
                yield return error.Message;
            }
            else if (unknown.Count == 0)
            {
                yield return Missing(command);
            }
        }
    }

    private static string Missing(Command command)
    {
        var arguments = command.Arguments.Select(argument => $"<{argument.Name}> ({argument.Description?.TrimEnd('.')})");
        return command.Subcommands.Count > 0
            ? $"'{Name(command)}' needs a command: {string.Join(", ", VisibleNames(command))}."
            : $"'{Name(command)}' needs {string.Join(" and ", arguments)}.";
    }

    private static IEnumerable<string> VisibleNames(Command command) => command.Subcommands.Where(one => !one.Hidden).Select(one => one.Name);

    private static string Name(Command command) => command is RootCommand ? "orchestrator" : $"orchestrator {Path(command)}";

    /// <summary>The words that the parser did not understand, without the values of options that do not exist.</summary>
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
                // The rest are arguments of a command that does not exist.
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
            var options = command.Options.SelectMany(option => option.Aliases.Prepend(option.Name));
            var longOptions = options.Where(option => option.StartsWith("--", StringComparison.Ordinal));
            return Suggestion.Append($"'{name}' has no option '{written}'.", Suggestion.For(written, longOptions));
        }

        return command.Subcommands.Count > 0
            ? Suggestion.Append($"'{name}' has no command '{token}'.", Suggestion.For(token, VisibleNames(command)))
            : $"'{name}' takes no further argument, and '{token}' is one. A value with spaces needs quotes.";
    }

    private static string Path(Command command) => command.Parents.OfType<Command>().FirstOrDefault() is { } parent and not RootCommand
        ? $"{Path(parent)} {command.Name}"
        : command.Name;

    private static bool IsOption(string token) => token.StartsWith('-') && token.Length > 1;
}
