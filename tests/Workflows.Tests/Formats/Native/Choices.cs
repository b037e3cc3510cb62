namespace Orchestrator.Workflows.Tests.Formats.Native;

/// <summary>Random choices from which definitions are generated.</summary>
internal sealed class Choices(Random random)
{
    private static readonly string[] Paths =
    [
        "a", "inputs.answer", "a.b", "a[0].b", "steps[\"fetch-users\"].output", "context.q.length", "a_transformed['it\\'s: #1']", "previous",
        "null", "no", "x[\"\\n\"]",
    ];

    private static readonly string[] Expressions =
    [
        "true", "a == 1", "inputs.answer != ''", "len(a) > 3 && !b", "'#: ' in x", "a\n  || b\n", "null", "1", "!a", "-1 < x", "\"yes\"",
        "[1, 2][0]",
    ];

    public Random Random => random;

    public TextSource Texts { get; } = new(random);

    public T Of<T>(params ReadOnlySpan<T> all) => all[random.Next(all.Length)];

    public bool Flag() => random.Next(2) == 0;

    public bool? MaybeFlag() => Of<bool?>(null, true, false);

    public T? Maybe<T>(Func<T?> make) => random.Next(2) == 0 ? default : make();

    public int? MaybeInteger(int least, int most) => Of<int?>(null, least, most, random.Next(least, most));

    public T Enum<T>()
        where T : struct, Enum => Of<T>(System.Enum.GetValues<T>());

    public T? MaybeEnum<T>()
        where T : struct, Enum => random.Next(2) == 0 ? null : Enum<T>();

    public string Text() => Texts.Next();

    public string? MaybeText() => Maybe(Texts.Next);

    public string Path() => Of<string>(Paths);

    public string Expression() => Of<string>(Expressions);

    public string Id(bool dashes) =>
        Of("a", "b", "_", "y", "no", "null", "true", "Fetch_1", dashes ? "fetch-users" : "fetch_users", new string('z', 128), "x" + random.Next(100));

    public List<T> List<T>(int most, Func<T> make) => [.. Enumerable.Range(0, random.Next(most + 1)).Select(_ => make())];

    /// <summary>Unique names and their values.</summary>
    public IReadOnlyList<KeyValuePair<string, T>> Named<T>(Func<T> make) =>
        [.. List(4, Text).Distinct().Select(name => KeyValuePair.Create(name, make()))];
}
