using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>What PrepareRun answers: the plan, compressed when it is large, so that the orchestrator reads it from its history only.</summary>
public sealed record PlanAnswer
{
    /// <summary>A plan of more bytes than this is compressed: 32 KB.</summary>
    public const int MaxPlainBytes = 32 * 1024;

    /// <summary>The plan; null when it is compressed.</summary>
    public RunPlan? Plan { get; init; }

    /// <summary>The plan as JSON, compressed with Brotli; null when it is small.</summary>
    public byte[]? Compressed { get; init; }

    /// <summary>SHA-256 of the plan's JSON, in lower-case hex.</summary>
    public required string Hash { get; init; }

    public static PlanAnswer Of(RunPlan plan)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(plan, WorkflowJson.Compact);
        var hash = Convert.ToHexStringLower(SHA256.HashData(json));
        return json.Length <= MaxPlainBytes ? new PlanAnswer { Plan = plan, Hash = hash } : new PlanAnswer { Compressed = Compress(json), Hash = hash };
    }

    /// <summary>The plan: a pure function of the answer.</summary>
    public RunPlan Decode()
    {
        if (Plan is not null)
        {
            return Plan;
        }

        using var compressed = new BrotliStream(new MemoryStream(Compressed ?? throw new InvalidDataException("PrepareRun answered without a plan.")), CompressionMode.Decompress);
        return JsonSerializer.Deserialize<RunPlan>(compressed, WorkflowJson.Compact) ?? throw new InvalidDataException("The plan that PrepareRun answered is empty.");
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
