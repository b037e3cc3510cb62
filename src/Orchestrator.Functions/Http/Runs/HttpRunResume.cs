using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using Orchestrator.Functions.Application;
using Orchestrator.Workflows.Formats.Requests;

namespace Orchestrator.Functions.Http.Runs;

/// <summary>Resumes a run over HTTP: reads the body, and answers with the start payload of the new instance. Thread-safe.</summary>
public sealed class HttpRunResume(RunResumer resumer, OrchestratorOptions options)
{
    /// <exception cref="RequestRefusedException">The body has mistakes.</exception>
    /// <exception cref="RunStateException">The run cannot be resumed as it is.</exception>
    public async Task<IResult> ResumeAsync(HttpRequest request, DurableTaskClient client, string runId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var body = await StartBody.ReadAsync(request, optional: true, cancellationToken);
        return StartPayload.Answer(request, client, await resumer.ResumeAsync(client, Read(runId, body), cancellationToken));
    }

    private ResumeRequest Read(string runId, byte[] body)
    {
        using var json = StartBody.Parse(body);
        var asked = RunResumeReader.Read(body, out var findings);
        var problems = findings.ToList();
        var mocks = StartBody.Mocks(asked.Mocks, options, problems);
        return problems.Count > 0
            ? throw new RequestRefusedException(problems)
            : new ResumeRequest(runId)
            {
                From = asked.From,
                Inputs = asked.Inputs,
                Outputs = asked.Outputs,
                Definition = asked.HasDefinition ? StartBody.Definition(json) : default(ReadOnlyMemory<byte>?),
                Fork = asked.Fork,
                Options = asked.Options,
                Environment = asked.Environment,
                Mocks = mocks,
                Reason = asked.Reason,
            };
    }
}
