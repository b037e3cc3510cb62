namespace Orchestrator.CrashSweep;

/// <summary>Limits, endings and sizes.</summary>
public static partial class SweepDefinitions
{
    private static SweepDefinition Finally => new(
        "finally",
        """{ "options": { "parallelBatchDelay": 0 }, "steps": [ { "id": "a", "prompt": "a: x" }, { "id": "notify", "prompt": "notify: x" } ],""" +
        """ "finally": ["notify"] }""",
        Ok);

    private static SweepDefinition FinallyAfterFailure => new(
        "finally-after-failure",
        """
        { "options": { "parallelBatchDelay": 0 }, "steps": [
            { "id": "a", "prompt": "a: x" }, { "id": "b", "prompt": "b: {{a}}", "dependsOn": ["a"] },
            { "id": "notify", "prompt": "notify: x" } ], "finally": ["notify"] }
        """,
        """{ "a": [ { "error": { "kind": "toolFailed" } } ], "notify": [ { "output": "told" } ] }""")
    { Shows = "\"status\":\"failed\"" };

    private static SweepDefinition Budget => new(
        "budget",
        """
        { "options": { "parallelBatchDelay": 0, "budget": { "tokens": 30 } }, "steps": [
            { "id": "a", "prompt": "a: x" }, { "id": "b", "prompt": "b: x", "dependsOn": ["a"] },
            { "id": "c", "prompt": "c: x", "dependsOn": ["b"] } ] }
        """,
        """{ "*": [ { "output": "ok", "usage": { "inputTokens": 10, "outputTokens": 5 } } ] }""")
    { Shows = "\"kind\":\"budgetExceeded\"" };

    private static SweepDefinition TimedOut => new(
        "timed-out",
        """
        { "options": { "parallelBatchDelay": 0, "maxDuration": 60000, "timeout": 3600000 }, "steps": [
            { "id": "a", "prompt": "a: x" }, { "id": "b", "prompt": "b: {{a}}", "dependsOn": ["a"] },
            { "id": "c", "prompt": "c: {{b}}", "dependsOn": ["b"] } ] }
        """,
        """{ "a": [ { "output": "ok", "latencyMs": 100 } ], "*": [ { "output": "late", "latencyMs": 600000 } ] }""")
    { DependsOnTime = true, Shows = "\"status\":\"timedOut\"" };

    private static SweepDefinition AttemptTimeout => new(
        "attempt-timeout",
        """
        { "options": { "parallelBatchDelay": 0 }, "steps": [
            { "id": "a", "prompt": "a: x", "options": { "timeout": 1000, "retryCount": 1 } },
            { "id": "b", "prompt": "b: {{a}}", "dependsOn": ["a"] } ] }
        """,
        """{ "a": [ { "output": "late", "latencyMs": 600000 }, { "output": "in time" } ], "b": [ { "output": "ok" } ] }""")
    { Shows = "\"attempts\":2" };

    private static SweepDefinition SharedKey => new(
        "shared-key",
        """
        { "options": { "parallelBatchDelay": 0 }, "steps": [
            { "id": "one", "prompt": "one: x", "outputKey": "notes", "merge": "append" },
            { "id": "two", "prompt": "two: x", "outputKey": "notes", "merge": "append" },
            { "id": "end", "prompt": "end: {{notes}}", "dependsOn": ["one", "two"] } ] }
        """,
        """{ "one": [ { "output": "1", "latencyMs": 50 } ], "two": [ { "output": "2", "latencyMs": 50 } ], "end": [ { "output": "ok" } ] }""")
    { Shows = "\"notes\":[\"1\",\"2\"]" };

    private static SweepDefinition Streamed => new(
        "streamed",
        """
        { "options": { "parallelBatchDelay": 0, "stream": true }, "steps": [ { "id": "a", "prompt": "a: x" },
        { "id": "b", "prompt": "b: {{a}}", "dependsOn": ["a"] } ] }
        """,
        $$"""{ "*": [ { "output": "{{new string('s', 200)}}", "latencyMs": 50 } ] }""");

    private static SweepDefinition NamedOutputs => new(
        "named-outputs",
        """
        { "slug": "named", "appName": "sweep-app", "options": { "parallelBatchDelay": 0 }, "outputs": { "list": "a_transformed", "text": "a" },
          "steps": [ { "id": "a", "prompt": "a: x", "options": { "outputTransform": "parseJson", "cache": true } } ] }
        """,
        """{ "a": [ { "output": "{\"n\":[1,2]}" } ] }""")
    { Shows = "\"list\":{\"n\":[1,2]}" };

    /// <summary>Outputs of more than 32 KB, which never travel through the history.</summary>
    private static SweepDefinition LargeOutput => new(
        "large-output",
        """
        { "options": { "parallelBatchDelay": 0 }, "steps": [ { "id": "a", "prompt": "a: x" },
        { "id": "b", "prompt": "b: {{a}}", "dependsOn": ["a"] } ] }
        """,
        $$"""{ "*": [ { "output": "{{new string('l', 40_000)}}" } ] }""");

    /// <summary>Outputs and inputs of more than 64 KB, which lie beside the log and are written before the record that names them.</summary>
    private static SweepDefinition ValuesBesideLog => LargeOutput with
    {
        Name = "values-beside-log",
        Answers = $$"""{ "*": [ { "output": "{{new string('l', 70_000)}}" } ] }""",
    };

    /// <summary>A plan of more than 32 KB, which is read from the store.</summary>
    private static SweepDefinition Wide => new(
        "wide",
        $$"""
        { "options": { "parallelBatchDelay": 0, "maxParallelism": 16 }, "steps": [ {{string.Join(
            ",\n",
            Enumerable.Range(0, 150).Select(step =>
                $$"""{ "id": "s{{step}}", "prompt": "s{{step}}: x"{{(step < 75 ? "" : $", \"dependsOn\": [\"s{step - 75}\"]")}} }"""))}} ] }
        """,
        Ok)
    { IsLarge = true, Shows = "\"done\":150" };
}
