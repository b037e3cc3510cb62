using Orchestrator.Activities.Mocks;
using Orchestrator.Activities.Models;
using Orchestrator.Cli.Output;

namespace Orchestrator.Cli.Inputs;

/// <summary>Reads the file of <c>--mocks</c>.</summary>
internal static class MockFile
{
    /// <param name="file">The file; null for none.</param>
    /// <param name="otherwise">What answers for steps that it does not cover: the simulated model; null: what the file says, else nothing.</param>
    /// <exception cref="UsageException">It cannot be read, or is wrong; every mistake is named.</exception>
    public static MockScript? Read(string? file, string? otherwise)
    {
        if (file is null)
        {
            return otherwise is null ? null : throw new UsageException("--mocks-else says what answers for steps that --mocks does not cover, so it needs --mocks.");
        }

        if (!MockScript.TryParse(TextFile.Read(file, "The mocks file"), out var script, out var findings))
        {
            throw new UsageException([.. findings.Select(finding => $"{file}: {DiagnosticLine.Of(finding)}")]);
        }

        try
        {
            return otherwise is null ? script : script.WithElse(otherwise);
        }
        catch (ModelOptionException exception)
        {
            throw new UsageException($"--mocks-else takes the simulated model. {exception.Message}");
        }
    }
}
