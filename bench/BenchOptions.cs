using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Bench;

/// <summary>The options of the command line. Immutable.</summary>
internal sealed record BenchOptions
{
    /// <summary>The benchmark to run; null for all.</summary>
    public string? Name { get; init; }

    /// <summary>The folder in which state folders are created and removed. Its disk is part of what is measured.</summary>
    public string State { get; init; } = Path.Combine(Path.GetTempPath(), "orchestrator-bench");

    /// <summary>How often each case is measured.</summary>
    public int Repeat { get; init; } = 3;

    /// <summary>A file that gets the report, too; null for standard output only.</summary>
    public string? Out { get; init; }

    /// <summary>Only cases whose name contains this; null for all.</summary>
    public string? Case { get; init; }

    /// <summary>The seed of <c>mutate</c>, and the first seed of <c>rules</c>, <c>crash</c> and <c>kill</c>.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The first text of <c>mutate</c>, from 0.</summary>
    public int First { get; init; }

    /// <summary>How many texts <c>mutate</c> reads.</summary>
    public int Count { get; init; } = 20_000;

    /// <summary>
    /// In <c>crash</c> the most cases of one definition and seed, a tenth of that for large definitions; in <c>rules</c> and <c>rules-host</c> the
    /// number of cases.
    /// </summary>
    public int Cases { get; init; } = 1_000;

    /// <summary>The number of seeds of <c>kill</c>, <c>crash</c> and <c>crash-generated</c>.</summary>
    public int Rounds { get; init; } = 2;

    /// <summary>The storage of the servers of <c>kill</c>: <c>files</c> or <c>azure</c> (Azurite).</summary>
    public string Storage { get; init; } = "files";

    /// <summary>
    /// The folders of the published builds that <c>startup</c> measures; default: the build of this program, which is compiled while it runs.
    /// </summary>
    public IReadOnlyList<string> Commands { get; init; } = [];

    /// <summary>Whether <c>layers</c> executes each case once more and shows what it allocates, and where.</summary>
    public bool Allocations { get; init; }

    /// <summary>Reads the arguments.</summary>
    /// <param name="names">The names of all benchmarks.</param>
    /// <param name="problem">The usage when the arguments are wrong; null otherwise.</param>
    /// <returns>Null when the arguments are wrong.</returns>
    public static BenchOptions? Read(string[] args, IReadOnlyCollection<string> names, [NotNullWhen(false)] out string? problem)
    {
        var options = new BenchOptions();
        problem = $"Usage: dotnet run -c Release --project bench -- [{string.Join('|', names)}] [--state DIR] [--repeat N] [--case TEXT] "
            + "[--out FILE] [--seed N] [--first N] [--count N] [--cases N] [--rounds N] [--storage files|azure] [--allocations] [--command FOLDER]...";
        for (var index = 0; index < args.Length; index++)
        {
            if (names.Contains(args[index]))
            {
                options = options with { Name = args[index] };
                continue;
            }

            if (args[index] == "--allocations")
            {
                options = options with { Allocations = true };
                continue;
            }

            if (index + 1 == args.Length || With(options, args[index], args[index + 1]) is not { } changed)
            {
                return null;
            }

            options = changed;
            index++;
        }

        problem = null;
        return options.Commands.Count > 0 ? options : options with { Commands = [AppContext.BaseDirectory] };
    }

    /// <summary>Whether <c>--case</c> selects a case.</summary>
    public bool Wants(string caseName) => Case is null || caseName.Contains(Case, StringComparison.OrdinalIgnoreCase);

    /// <summary>Creates an empty folder for one measurement. The caller deletes it.</summary>
    public string NewFolder() => Directory.CreateDirectory(Path.Combine(State, Guid.NewGuid().ToString("N"))).FullName;

    private static BenchOptions? With(BenchOptions options, string name, string value) => name switch
    {
        "--state" => options with { State = Path.GetFullPath(value) },
        "--out" => options with { Out = value },
        "--case" => options with { Case = value },
        "--repeat" when int.TryParse(value, out var repeat) && repeat > 0 => options with { Repeat = repeat },
        "--seed" when int.TryParse(value, out var seed) => options with { Seed = seed },
        "--first" when int.TryParse(value, out var first) && first >= 0 => options with { First = first },
        "--count" when int.TryParse(value, out var count) && count > 0 => options with { Count = count },
        "--cases" when int.TryParse(value, out var cases) && cases > 0 => options with { Cases = cases },
        "--rounds" when int.TryParse(value, out var rounds) && rounds > 0 => options with { Rounds = rounds },
        "--storage" when value is "files" or "azure" => options with { Storage = value },
        "--command" => options with { Commands = [.. options.Commands, Path.GetFullPath(value)] },
        _ => null,
    };
}
