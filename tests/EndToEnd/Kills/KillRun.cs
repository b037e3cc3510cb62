using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.EndToEnd.Kills;

/// <summary>
/// One run of a round, known by its number: two steps at first, then one behind each, then one behind both, and a last one. Every other run asks the
/// model server; the rest bring their answers, one of which fails once.
/// </summary>
internal sealed class KillRun(int number)
{
    private const int Steps = 6;
    private static readonly JsonSerializerOptions WithoutNulls = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public string Id => $"run-{number:000}";

    public bool AsksModel => number % 2 == 1;

    /// <summary>How many attempts it takes to complete.</summary>
    public int Attempts => AsksModel ? Steps : Steps + 1;

    /// <summary>The prompts to the model server, each to be recorded by the first attempt of its step.</summary>
    public IEnumerable<(string Prompt, string Record)> Questions =>
        AsksModel ? Enumerable.Range(0, Steps).Select(step => (Prompt(step), $"s{step}/1-1.json")) : [];

    /// <summary>The body of its start.</summary>
    public string Body()
    {
        var steps = new[] { "", "", "s0", "s1", "s2 s3", "s4" }.Select((needed, step) => new
        {
            id = $"s{step}",
            prompt = $"{Prompt(step)}\nSay something.",
            dependsOn = needed.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            options = new { maxTokens = 8 },
        });
        var options = new { parallelBatchDelay = 0, defaultModel = "gpt-6-luna" };
        var body = new { runId = Id, options = new { mocks = Mocks() }, definition = new { slug = "killed", options, steps } };
        return JsonSerializer.Serialize(body, WithoutNulls);
    }

    /// <summary>
    /// The run completed, each of its attempts left one record, its outputs and its usage are those of the records, and a lost request counts.
    /// </summary>
    /// <exception cref="KillException">One of these does not hold.</exception>
    public void Judge(JsonElement run, RunState state)
    {
        KillException.Unless(run.GetProperty("status").GetString() == "completed", $"{Id} did not complete: {run}");
        KillException.Unless(state.Records.Count == Attempts, $"{Id} has the records {string.Join(", ", state.Records.Keys)}.");
        var records = state.Records.ToDictionary(record => record.Key, record => JsonElement.Parse(record.Value.Content));
        for (var step = 0; step < Steps; step++)
        {
            var output = run.GetProperty("outputs").GetProperty($"s{step}").GetString();
            var last = records.Where(record => record.Key.StartsWith($"s{step}/", StringComparison.Ordinal))
                .OrderBy(record => record.Key, StringComparer.Ordinal).Last().Value;
            KillException.Unless(
                AsksModel ? !string.IsNullOrEmpty(output) && output == last.GetProperty("output").GetString() : output == Prompt(step),
                $"{Id} has the wrong output '{output}' of s{step}.");
        }

        foreach (var (attempt, record) in records.Where(_ => AsksModel))
        {
            KillException.Unless(
                record.GetProperty("usage").GetProperty("estimated").GetBoolean() == state.Starts[attempt].Count > 1,
                $"{Id}: {attempt} began {state.Starts[attempt].Count} times, and its usage is {record.GetProperty("usage")}.");
        }

        foreach (var amount in new[] { "inputTokens", "outputTokens", "cachedTokens", "estimatedCost" })
        {
            var (told, recorded) = (Amount(run, amount), records.Values.Sum(record => Amount(record, amount)));
            KillException.Unless(told == recorded, $"{Id} tells of {told} {amount}, and its records of {recorded}.");
            KillException.Unless(told > 0 || amount == "cachedTokens", $"{Id} tells of no {amount}.");
        }
    }

    private static decimal Amount(JsonElement of, string name) =>
        of.GetProperty("usage").TryGetProperty(name, out var amount) ? amount.GetDecimal() : 0;

    private string Prompt(int step) => string.Create(CultureInfo.InvariantCulture, $"{Id} s{step}");

    private object? Mocks()
    {
        if (AsksModel)
        {
            return null;
        }

        var latencyMs = 50 + (number * 37 % 400);
        object[] Answers(int step) => step == 3
            ? [new { error = new { kind = "rateLimited", retryAfterMs = 100 } }, new { output = Prompt(3) }]
            : [new { output = Prompt(step), latencyMs }];
        return new { steps = Enumerable.Range(0, Steps).ToDictionary(step => $"s{step}", Answers) };
    }
}
