using System.Diagnostics;
using System.Reflection;
using Orchestrator.Testing;

namespace Orchestrator.Functions.Tests.Infrastructure;

/// <summary>The Bicep compiler over a copy of the templates. It has the types of all resources and does not call Azure.</summary>
internal static class BicepCompiler
{
    public const string Missing = "The Bicep compiler that the build takes from NuGet is a program for Linux on x64.";

    private static readonly string? Program = typeof(BicepCompiler).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .SingleOrDefault(entry => entry.Key == "Bicep")?.Value;

    public static bool IsThere => File.Exists(Program);

    /// <summary>A copy of <c>infra</c> and of what it reads.</summary>
    public static TempFolder CopyTemplates()
    {
        var copy = new TempFolder();
        foreach (var file in Directory.EnumerateFiles(RepositoryFolder.Combine("infra"), "*", SearchOption.AllDirectories)
            .Append(RepositoryFolder.Combine("host.json")))
        {
            var target = copy.Combine(Path.GetRelativePath(RepositoryFolder.Path, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }

    /// <summary>Runs the compiler in the folder of the copied templates.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        TempFolder copy, IEnumerable<(string Name, string Value)> variables, params string[] arguments)
    {
        var start = new ProcessStartInfo(Program ?? throw new InvalidOperationException(Missing), arguments)
        {
            WorkingDirectory = copy.Combine("infra/bicep"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(
            name => name.StartsWith("AZURE_", StringComparison.Ordinal) || name.StartsWith("ORCHESTRATOR_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        try
        {
            var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, string.Concat(output).Trim());
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
