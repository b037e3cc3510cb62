using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Resuming;

/// <summary>
/// Hashes of what the results of a run's steps depend on, except the outputs that they consume: what the steps do, what the names in them mean, and
/// the inputs of the run that they read. Names, limits, timeouts, retries, streaming and estimates are excluded. So is the host's default model,
/// which the author did not choose: changing it must not execute steps again. If a step has the same fingerprint in two attempts and consumes the
/// same outputs, its work is the same. Not thread-safe.
/// </summary>
internal sealed class StepFingerprints(PreparedRun run)
{
    private readonly string?[] _known = new string?[run.Steps.Count];
    private string[]? _reach;

    /// <summary>The fingerprint of the step at a position: SHA-256 in lower-case hex.</summary>
    public string Of(int position) => _known[position] ??= Make(position);

    private static string Hash<T>(T content) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(content, WorkflowJson.Compact)));

    private string Make(int position)
    {
        var step = run.Steps[position];
        var prompt = step.Prompt is null ? null : run.Prompts[step.Prompt];
        var names = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var inputs = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var path in StepTemplates.AllPaths(run, step))
        {
            if (!run.Names.TryResolve(path, StepTemplates.Extra(step), out var reference, out _))
            {
                continue;
            }

            names[path.ToString()] = $"{reference.Kind} {string.Join(' ', reference.Steps.Select(writer => Writer(run.Steps[writer])))}";
            if (reference.Kind == ReferenceKind.AllInputs)
            {
                AddAll(inputs);
            }
            else if (reference.Kind == ReferenceKind.Input)
            {
                inputs[reference.Input!] = run.Inputs[reference.Input!];
            }
        }

        var seesAll = prompt is not null && step.Mapping is null && !prompt.Template.HasPlaceholders;
        if (seesAll)
        {
            AddAll(inputs);
        }

        return Hash(new
        {
            step.Type,
            prompt?.Text,
            prompt?.System,
            Models = step.UsesDefaultModel == true ? null : step.Models,
            step.Temperature,
            step.Reasoning,
            step.MaxTokens,
            step.Tool,
            step.Input,
            step.Merge,
            step.Mapping,
            step.Defaults,
            step.When,
            step.Repeat,
            step.Transform,
            Names = names,
            Inputs = inputs,
            Reach = seesAll ? (_reach ??= Reach())[position] : null,
        });
    }

    private void AddAll(SortedDictionary<string, JsonNode?> inputs)
    {
        foreach (var (name, value) in run.Inputs)
        {
            inputs[name] = value;
        }
    }

    /// <summary>
    /// Per step, a hash of the names and keys of all steps before it. A hash of hashes, since the lists themselves would grow with the square of a
    /// chain.
    /// </summary>
    private string[] Reach()
    {
        var reach = new string[run.Steps.Count];
        foreach (var position in run.Graph.TopologicalOrder)
        {
            reach[position] = Hash(run.Plan.Steps[position].DependsOn.Order().Select(dependency => new
            {
                Writer = Writer(run.Steps[dependency]),
                run.Steps[dependency].OutputKey,
                Before = StepRules.StartsBeforeAllEnded(run.Plan.Steps[dependency]) ? null : reach[dependency],
            }));
        }

        return reach;
    }

    private static string Writer(PreparedStep step) => $"{step.Id}{(step.Transform is null ? "" : "+")}{step.KeyMerge}";
}
