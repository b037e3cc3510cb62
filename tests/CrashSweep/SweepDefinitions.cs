namespace Orchestrator.CrashSweep;

/// <summary>
/// The workflows of the sweep: between them they use every feature. <b>A new feature joins by one more definition here</b>; the sweep finds its
/// durable writes by itself. A definition must come to the same result wherever it is interrupted: an interrupted attempt begins anew, so latencies
/// that decide (a race, a time limit) lie far apart.
/// </summary>
public static partial class SweepDefinitions
{
    /// <summary>All definitions.</summary>
    public static IReadOnlyList<SweepDefinition> All { get; } =
    [
        Chain, Diamond, FirstSuccess, Settled, Retries, Stop, CancelRest, Continue, Fallbacks, Conditions, Repeat, Tools, Finally,
        FinallyAfterFailure,
        Budget, TimedOut, AttemptTimeout, SharedKey, Streamed, NamedOutputs, LargeOutput, ValuesBesideLog, Wide, Cancelled, Suspended, Resumed,
        ResumedAtOnce, Forked, ForkedAndDeleted, ForkedValuesBesideLog, Deleted, DeletedAtOnce, SharedClaims, Upgraded, UpgradedSharedClaims,
    ];

    /// <summary>The definition of that name, a generated one among them; null when there is none.</summary>
    public static SweepDefinition? Find(string name) => All.FirstOrDefault(definition => definition.Name == name) ?? FindGenerated(name);

    private const string Ok = """{ "*": [ { "output": "ok", "latencyMs": 50 } ] }""";

    private static SweepDefinition Chain => new(
        "chain",
        """
        { "options": { "parallelBatchDelay": 0 }, "steps": [
            { "id": "a", "prompt": "a: begin" }, { "id": "b", "prompt": "b: {{a}}", "dependsOn": ["a"] },
            { "id": "c", "prompt": "c: {{b}}", "dependsOn": ["b"] } ] }
        """,
        """{ "a": [ { "output": "A" } ], "b": [ { "output": "B", "latencyMs": 200 } ], "c": [ { "output": "C" } ] }""");

    /// <summary>Claims lie in the store, as they do where several processes share it: those of a dead process are waited for.</summary>
    private static SweepDefinition SharedClaims => Chain with { Name = "shared-claims", SharesClaims = true, DependsOnTime = true };

    private static SweepDefinition Diamond => new(
        "diamond",
        """
        { "options": { "maxParallelism": 2, "parallelBatchDelay": 100 }, "steps": [
            { "id": "a", "prompt": "a: begin" },
            { "id": "b1", "prompt": "b1: {{a}}", "dependsOn": ["a"] }, { "id": "b2", "prompt": "b2: {{a}}", "dependsOn": ["a"] },
            { "id": "b3", "prompt": "b3: {{a}}", "dependsOn": ["a"] },
            { "id": "c", "prompt": "c: {{b1}} {{b2}} {{b3}}", "dependsOn": ["b1", "b2", "b3"] } ] }
        """,
        """{ "a": [ { "output": "A" } ], "b1": [ { "output": "1", "latencyMs": 50 } ], "b2": [ { "output": "2", "latencyMs": 50 } ],""" +
        """ "*": [ { "output": "x" } ] }""");

    /// <summary>One winner wherever the run is interrupted: the loser fails.</summary>
    private static SweepDefinition FirstSuccess => new(
        "first-success",
        """
        { "options": { "parallelBatchDelay": 0, "onStepFailure": "continue" }, "steps": [
            { "id": "fast", "prompt": "fast: x" }, { "id": "slow", "prompt": "slow: x", "options": { "onError": "continue" } },
            { "id": "first", "prompt": "first: {{fast}}{{slow}}", "dependsOn": ["fast", "slow"], "join": "any" } ] }
        """,
        """{ "fast": [ { "output": "F", "latencyMs": 20 } ], "slow": [ { "error": { "kind": "contentFiltered" }, "latencyMs": 60000 } ],""" +
        """ "first": [ { "output": "1st" } ] }""")
    { DependsOnTime = true, Shows = "\"first\":\"1st\"" };

    private static SweepDefinition Settled => new(
        "settled",
        """
        { "options": { "parallelBatchDelay": 0, "onStepFailure": "continue" }, "steps": [
            { "id": "good", "prompt": "good: x" }, { "id": "bad", "prompt": "bad: x" },
            { "id": "below", "prompt": "below: {{bad}}", "dependsOn": ["bad"] },
            { "id": "end", "prompt": "end: {{good}}{{below}}", "dependsOn": ["good", "below"], "join": "settled" } ] }
        """,
        """{ "bad": [ { "error": { "kind": "toolFailed" } } ], "*": [ { "output": "ok" } ] }""")
    { Shows = "\"status\":\"skipped\"" };

    private static SweepDefinition Retries => new(
        "retries",
        """
        { "options": { "parallelBatchDelay": 0 }, "steps": [
            { "id": "jitter", "prompt": "jitter: x", "options": { "retry": { "maxAttempts": 4, "firstInterval": 1000, "backoff": 2 } } },
            { "id": "after", "prompt": "after: x" }, { "id": "join", "prompt": "join: {{jitter}}{{after}}", "dependsOn": ["jitter", "after"] } ] }
        """,
        """
        { "jitter": [ { "error": { "kind": "unavailable" } }, { "error": { "kind": "unavailable" } }, { "output": "third" } ],
          "after": [ { "error": { "kind": "rateLimited", "retryAfterMs": 30000 } }, { "output": "second" } ], "join": [ { "output": "ok" } ] }
        """)
    { Shows = "\"attempts\":3" };

    private static SweepDefinition Stop => new(
        "failure-stop",
        """
        { "options": { "parallelBatchDelay": 0 }, "steps": [
            { "id": "bad", "prompt": "bad: x" }, { "id": "running", "prompt": "running: x" },
            { "id": "after", "prompt": "after: {{running}}", "dependsOn": ["running"] },
            { "id": "below", "prompt": "below: {{bad}}", "dependsOn": ["bad"] } ] }
        """,
        """{ "bad": [ { "error": { "kind": "contentFiltered" }, "latencyMs": 10 } ], "*": [ { "output": "ok", "latencyMs": 60000 } ] }""")
    { DependsOnTime = true, Shows = "\"reason\":\"stop\"" };

    private static SweepDefinition CancelRest => new(
        "failure-cancel",
        """
        { "options": { "parallelBatchDelay": 0, "onStepFailure": "cancel", "timeout": 3600000 }, "steps": [
            { "id": "bad", "prompt": "bad: x" }, { "id": "running", "prompt": "running: x" },
            { "id": "after", "prompt": "after: {{running}}", "dependsOn": ["running"] } ] }
        """,
        """{ "bad": [ { "error": { "kind": "contentFiltered" }, "latencyMs": 10 } ], "*": [ { "output": "ok", "latencyMs": 600000 } ] }""")
    { DependsOnTime = true, Shows = "\"status\":\"cancelled\"" };

    private static SweepDefinition Continue => new(
        "failure-continue",
        """
        { "options": { "parallelBatchDelay": 0, "onStepFailure": "continue" }, "steps": [
            { "id": "bad", "prompt": "bad: x" }, { "id": "below", "prompt": "below: {{bad}}", "dependsOn": ["bad"] },
            { "id": "other", "prompt": "other: x" }, { "id": "last", "prompt": "last: {{other}}", "dependsOn": ["other"] } ] }
        """,
        """{ "bad": [ { "error": { "kind": "contentFiltered" } } ], "*": [ { "output": "ok", "latencyMs": 100 } ] }""")
    { Shows = "\"status\":\"failed\"" };

    private static SweepDefinition Fallbacks => new(
        "fallbacks",
        """
        { "options": { "parallelBatchDelay": 0 }, "steps": [
            { "id": "bystep", "prompt": "bystep: x", "options": { "onError": { "contentFiltered": { "step": "milder" } } } },
            { "id": "milder", "prompt": "milder: x" },
            { "id": "byvalue", "prompt": "byvalue: x", "options": { "retryCount": 0, "fallback": { "value": "n/a" } } },
            { "id": "ignored", "prompt": "ignored: x", "options": { "onError": "continue" } },
            { "id": "end", "prompt": "end: {{bystep}}{{byvalue}}{{ignored}}", "dependsOn": ["bystep", "byvalue", "ignored"] } ] }
        """,
        """
        { "bystep": [ { "error": { "kind": "contentFiltered" } } ], "milder": [ { "output": "mild" } ],
        "byvalue": [ { "error": { "kind": "unavailable" } } ],
          "ignored": [ { "error": { "kind": "contentFiltered" } } ], "end": [ { "output": "ok" } ] }
        """)
    { Shows = "\"fallbackUsed\":true" };

    private static SweepDefinition Conditions => new(
        "conditions",
        """
        { "inputs": { "lang": { "type": "string" } }, "options": { "parallelBatchDelay": 0 }, "steps": [
            { "id": "score", "prompt": "score: x" }, { "id": "german", "prompt": "german: x", "when": "inputs.lang == 'de'" },
            { "id": "praise", "prompt": "praise: x", "dependsOn": ["score"], "when": "number(score) >= 8" },
            { "id": "advise", "prompt": "advise: x", "dependsOn": ["score"], "when": "number(score) < 8" },
            { "id": "end", "prompt": "end: {{advise}}{{praise}}", "dependsOn": ["praise", "advise"], "join": "settled" } ] }
        """,
        """{ "score": [ { "output": "5" } ], "*": [ { "output": "ok" } ] }""")
    { Inputs = """{ "lang": "en" }""", Shows = "\"reason\":\"condition\"" };

    private static SweepDefinition Repeat => new(
        "repeat",
        """
        { "options": { "parallelBatchDelay": 0 }, "steps": [
            { "id": "draft", "prompt": "draft: {{previous}}", "repeat": { "until": "draft.transformed.clarity >= 8", "max": 4 },
            "options": { "outputTransform": "extractScores" } },
            { "id": "end", "prompt": "end: {{draft}}", "dependsOn": ["draft"] } ] }
        """,
        """{ "draft": [ { "output": "Clarity: 4" }, { "error": { "kind": "unavailable" } }, { "output": "Clarity: 6" },""" +
        """ { "output": "Clarity: 9" } ], "end": [ { "output": "ok" } ] }""")
    { Shows = "\"attempts\":4" };

    private static SweepDefinition Tools => new(
        "tools",
        """
        { "options": { "parallelBatchDelay": 0 }, "steps": [
            { "id": "pay", "type": "tool", "tool": "scripted", "input": { "amount": 3 }, "options": { "retry": { "maxAttempts": 2, "firstInterval": 1,
            "on": ["toolFailed"] } } },
            { "id": "text", "type": "tool", "tool": "template", "input": { "template": "Paid {{what}}", "values": { "what": "{{pay}}" } },
            "dependsOn": ["pay"] },
            { "id": "wait", "type": "tool", "tool": "scripted", "input": {} },
            { "id": "both", "type": "merge", "mode": "object", "from": ["text", "wait"], "dependsOn": ["text", "wait"] } ] }
        """,
        """{ "pay": [ { "error": { "kind": "toolFailed", "retryable": true } }, { "output": { "paid": 3 }, "latencyMs": 10 } ],""" +
        """ "wait": [ { "output": [1, 2], "latencyMs": 500 } ] }""")
    { Shows = "\"paid\":3" };
}
