using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Orchestrator.Testing.Rules;
using Orchestrator.Workflows.Mocks;

namespace Orchestrator.CrashSweep.Running;

/// <summary>What the models and tools of a definition answer, before and after its client asks for a resume.</summary>
internal sealed class SweepScript(SweepDefinition definition, SweepClient client)
{
    private readonly MockScript _first = Read(definition.Name, definition.Answers);
    private readonly MockScript _resumed = Read(definition.Name, definition.ResumedAnswers ?? definition.Answers);

    /// <summary>The client has asked for a resume.</summary>
    public bool IsResumed => client.HasResumed;

    /// <param name="attempt">The number of the attempt in all attempts of the run, from 1.</param>
    public MockResponse Entry(string step, int attempt, string question)
    {
        var answer = (IsResumed ? _resumed : _first).Entry(step, attempt - 1)
            ?? throw new InvalidOperationException($"The sweep has no answer for the step '{step}'.");
        return answer.Output is { ValueKind: JsonValueKind.String } text && text.GetString()!.EndsWith(RulesCase.OfThePrompt)
            ? answer with
            {
                Output = JsonSerializer.SerializeToElement(
                    text.GetString()! + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(question)))[..6])
            }
            : answer;
    }

    private static MockScript Read(string name, string answers) =>
        MockScript.TryParse($$"""{ "steps": {{answers}} }""", out var script, out var findings)
            ? script
            : throw new SweepException($"The answers of '{name}' are wrong: {string.Join(' ', findings)}");
}
