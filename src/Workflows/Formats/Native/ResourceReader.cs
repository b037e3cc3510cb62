using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Workflows.Formats.Native;

/// <summary>Reads <c>resources</c>, and <c>rateLimits</c> for models. Thread-safe.</summary>
internal static class ResourceReader
{
    public static IReadOnlyList<ResourceDefinition> Read(ObjectReader workflow)
    {
        var resources = new List<ResourceDefinition>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        Read(workflow, "resources", resources, names);
        Read(workflow, "rateLimits", resources, names);
        return resources;
    }

    private static void Read(ObjectReader workflow, string member, List<ResourceDefinition> resources, HashSet<string> names)
    {
        if (workflow.Object(member, $"'{member}'") is not { } all)
        {
            return;
        }

        foreach (var entry in all.Node.Members)
        {
            if (all.Object(entry.Name, $"the resource '{ExpressionText.Cut(entry.Name)}'") is not { } resource)
            {
                continue;
            }

            if (!names.Add(entry.Name))
            {
                all.Error(DiagnosticCodes.DuplicateName, entry.Value, $"'{entry.Name}' is in 'resources' already; give its limits in one place.");
            }

            var limits = new ResourceDefinition(entry.Name)
            {
                RequestsPerSecond = resource.Number("requestsPerSecond", 0, double.MaxValue, above: true),
                RequestsPerMinute = resource.Number("requestsPerMinute", 0, double.MaxValue, above: true),
                TokensPerMinute = resource.Number("tokensPerMinute", 0, double.MaxValue, above: true),
                MaxConcurrent = resource.Integer("maxConcurrent", 1),
            };
            if (resource.IsEmpty)
            {
                all.Error(
                    DiagnosticCodes.MissingProperty, entry.Value,
                    $"The resource '{entry.Name}' has no limit. Add 'requestsPerSecond', 'requestsPerMinute', 'tokensPerMinute' or 'maxConcurrent'.");
            }

            resource.Finish();
            resources.Add(limits);
        }
    }
}
