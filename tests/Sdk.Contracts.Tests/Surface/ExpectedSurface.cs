namespace Sdk.Contracts.Tests.Surface;

/// <summary>Reads the committed list: a type's full name at the start of a line, its signatures indented below; # starts a comment.</summary>
internal static class ExpectedSurface
{
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Read()
    {
        Dictionary<string, IReadOnlyList<string>> types = [];
        List<string> signatures = [];
        foreach (string line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Surface", "expected.txt")))
        {
            if (line.StartsWith(' '))
            {
                signatures.Add(line.Trim());
            }
            else if (line.Length > 0 && !line.StartsWith('#'))
            {
                signatures = [];
                types.Add(line, signatures);
            }
        }

        return types;
    }
}
