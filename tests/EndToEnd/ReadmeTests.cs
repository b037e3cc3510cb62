using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Orchestrator.EndToEnd.Processes;
using Orchestrator.Testing;

namespace Orchestrator.EndToEnd;

/// <summary>
/// The README is pasted into a shell, from top to bottom, in a copy of the repository that nothing was built in. What it leaves out: <c>dotnet
/// test</c>, which is running this test, and the port, which may be in use.
/// </summary>
public sealed partial class ReadmeTests : IDisposable
{
    /// <summary>The first command builds everything, beside other tests and on two cores.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("Trust", "23")]
    public async Task Readme_works_when_it_is_pasted_from_top_to_bottom()
    {
        var blocks = Blocks(await File.ReadAllTextAsync(Repository.File("README.md")));
        Assert.Single(blocks, block => block.Trim() == "dotnet test");
        var port = FreePort();
        var script = string.Join('\n', blocks.Where(block => block.Trim() != "dotnet test").Select((block, n) => $"echo '== block {n + 1}'\n{block}"))
            .Replace("localhost:7071", $"localhost:{port}", StringComparison.Ordinal)
            .Replace("orchestrator serve ", $"orchestrator serve --port {port} ", StringComparison.Ordinal);
        await Repository.CopyToAsync(_folder.Path);

        var (output, error) = await PasteAsync(script);

        var shown = $"{output}\n--- error output\n{error}";
        string[] expected =
        [
            "completed: 6 of 6 steps", // run the first example
            "completed: 4 of 4 steps", // the diamond, then with mocks
            "\"statusQueryGetUri\"|\"status\": ?\"completed\"", // the run over HTTP
            "\"runtimeStatus\": ?\"Completed\"", // the same in the management API
            "\"stepId\": ?\"score\"", // its step
            "Error in step 'score' \\(contentFiltered\\)", // the run that fails once
            "Run story completed: 6 of 6 steps", // and goes on
        ];
        var missing = expected.Where(pattern => !Regex.IsMatch(output, pattern)).ToList();
        Assert.True(missing.Count == 0, $"Not printed: {string.Join("; ", missing)}\n{shown}");
        Assert.Equal(2, Regex.Count(output, "completed: 4 of 4 steps"));
        Assert.DoesNotContain("command not found", error, StringComparison.Ordinal);
        Assert.DoesNotContain("No such file", error, StringComparison.Ordinal);
        Assert.Contains("Stopping.", await File.ReadAllTextAsync(_folder.Combine("serve.log")), StringComparison.Ordinal);
    }

    private static List<string> Blocks(string readme) => [.. BashBlock().Matches(readme).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("^```bash\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex BashBlock();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<(string Output, string Error)> PasteAsync(string script)
    {
        var start = new ProcessStartInfo("bash", ["-s"])
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        OrchestratorProcess.ForgetProviders(start);

        // The same sources were analyzed by the build of the tests; again it would take as long as the rest of this test.
        start.Environment["RunAnalyzers"] = "false";
        using var shell = Process.Start(start)!;
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            var output = shell.StandardOutput.ReadToEndAsync(timeout.Token);
            var error = shell.StandardError.ReadToEndAsync(timeout.Token);
            await shell.StandardInput.WriteAsync(script);
            shell.StandardInput.Close();
            var printed = (await output, await error);
            await shell.WaitForExitAsync(timeout.Token);
            return printed;
        }
        finally
        {
            if (!shell.HasExited)
            {
                shell.Kill(entireProcessTree: true);
            }
        }
    }
}
