using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Workflows.Reading;

/// <summary>Reads objects whose members are paths.</summary>
internal static class MappingReader
{
    /// <summary>Names and paths in document order; null when the member is absent.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>>? Read(ObjectReader owner, string member, string what)
    {
        if (owner.Object(member, what) is not { } mapping)
        {
            return null;
        }

        var read = new List<KeyValuePair<string, string>>();
        foreach (var entry in mapping.Node.Members)
        {
            if (mapping.String(entry.Name) is not { } path)
            {
                continue;
            }

            if (ValuePath.TryParse(path, out _, out var error))
            {
                read.Add(new(entry.Name, path));
            }
            else
            {
                mapping.Error(DiagnosticCodes.InvalidPath, entry.Value, error);
            }
        }

        return read;
    }
}
