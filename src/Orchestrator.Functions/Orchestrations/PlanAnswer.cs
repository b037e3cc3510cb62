using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>
/// The result of PrepareRun: the plan, compressed when it is large. The orchestrator reads the plan from its history only. Immutable.
/// </summary>
public sealed record PlanAnswer
{
    /// <summary>Maximum size in bytes of a plan's JSON that is not compressed: 32 KB.</summary>
    public const int MaxPlainBytes = 32 * 1024;

    /// <summary>The plan; null when it is compressed.</summary>
    public RunPlan? Plan { get; init; }

    /// <summary>The plan as JSON, compressed with Brotli; null when it is small.</summary>
    public byte[]? Compressed { get; init; }

    /// <summary>SHA-256 of the plan's JSON, in lower-case hex.</summary>
    public required string Hash { get; init; }

    /// <summary>Makes the answer of a plan; one above <see cref="MaxPlainBytes"/> is compressed.</summary>
    public static PlanAnswer Of(RunPlan plan)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(plan, WorkflowJson.Compact);
        var hash = Convert.ToHexStringLower(SHA256.HashData(json));
        return json.Length <= MaxPlainBytes
            ? new PlanAnswer { Plan = plan, Hash = hash }
            : new PlanAnswer { Compressed = Compress(json), Hash = hash };
    }

    /// <summary>The plan. A pure function of this record, so that orchestrators may call it.</summary>
    /// <exception cref="InvalidDataException">The record has no plan: the history was changed.</exception>
    public RunPlan Decode()
    {
        if (Plan is not null)
        {
            return Plan;
        }

        var bytes = Compressed ?? throw new InvalidDataException("PrepareRun answered without a plan.");
        using var json = new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress);
        return JsonSerializer.Deserialize<RunPlan>(json, WorkflowJson.Compact)
            ?? throw new InvalidDataException("The plan that PrepareRun answered is empty.");
    }

    private static byte[] Compress(byte[] json)
    {
        using var bytes = new MemoryStream();
        using (var brotli = new BrotliStream(bytes, CompressionLevel.Optimal))
        {
            brotli.Write(json);
        }

        return bytes.ToArray();
    }
}
