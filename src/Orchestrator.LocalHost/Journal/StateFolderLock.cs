using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.LocalHost.Journal;

/// <summary>
/// Says that this process owns a state folder. The file <c>lock</c> is held open, so that the system lets go of it when the process dies however it
/// dies; <c>owner.json</c> beside it tells others who the owner is, since a locked file cannot be read everywhere.
/// </summary>
internal sealed class StateFolderLock : IDisposable
{
    private readonly FileStream _held;

    private StateFolderLock(FileStream held) => _held = held;

    /// <exception cref="JournalException">Another process owns the folder, or it cannot be written.</exception>
    public static StateFolderLock Acquire(string folder, TimeProvider time)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(folder, problem);
        }

        FileStream held;
        try
        {
            held = new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException problem)
        {
            throw Unwritable(folder, problem);
        }
        catch (IOException problem)
        {
            throw InUse(folder, problem);
        }

        try
        {
            var owner = new FolderOwner(Environment.ProcessId, Environment.MachineName, time.GetUtcNow());
            File.WriteAllBytes(OwnerPath(folder), JsonSerializer.SerializeToUtf8Bytes(owner, FolderOwnerContext.Default.FolderOwner));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            held.Dispose();
            throw Unwritable(folder, problem);
        }

        return new StateFolderLock(held);
    }

    public void Dispose() => _held.Dispose();

    private static string OwnerPath(string folder) => Path.Combine(folder, "owner.json");

    private static JournalException Unwritable(string folder, Exception problem) =>
        new($"The state folder '{folder}' cannot be written: {problem.Message} Choose another folder, or give this user the right to write there.", problem);

    private static JournalException InUse(string folder, IOException problem)
    {
        var owner = "another process";
        try
        {
            if (JsonSerializer.Deserialize(File.ReadAllBytes(OwnerPath(folder)), FolderOwnerContext.Default.FolderOwner) is { } known)
            {
                owner = $"process {known.Pid} on host '{known.Host}' since {known.Since:u}";
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException)
        {
            return new(
                $"The state folder '{folder}' is in use by another process, or cannot be locked: {problem.Message} "
                + "Stop that process, or choose another folder.",
                problem);
        }

        return new($"The state folder '{folder}' is in use by {owner}. One process owns a state folder: stop that process, or choose another folder.", problem);
    }
}

internal sealed record FolderOwner(int Pid, string Host, DateTimeOffset Since);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FolderOwner))]
internal sealed partial class FolderOwnerContext : JsonSerializerContext;
