using Orchestrator.Activities.Mocks;
using Orchestrator.Cli.Output;

namespace Orchestrator.Cli.Inputs;

/// <summary>Reads the file of <c>--mocks</c>.</summary>
internal static class MockFile
{
    /// <exception cref="UsageException">It cannot be read, or is wrong; every mistake is named.</exception>
    public static MockScript Read(string file) =>
        MockScript.TryParse(TextFile.Read(file, "The mocks file"), out var script, out var findings)
            ? script
            : throw new UsageException([.. findings.Select(finding => $"{file}: {DiagnosticLine.Of(finding)}")]);
}
