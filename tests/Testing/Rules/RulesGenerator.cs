using System.Globalization;
using System.Text.Json.Nodes;

namespace Orchestrator.Testing.Rules;

/// <summary>
/// Makes whole definitions, in which the rules meet: whatever docs/definitions.md says of order, failure, limits and ends may
/// stand beside anything else.
/// </summary>
public sealed class RulesGenerator
{
    private static readonly int[] Latencies = [0, 0, 5, 50, 400, 2_000, 9_000, 30_000];
    private static readonly string[] Kinds = ["rateLimited", "unavailable", "timeout", "contentFiltered", "toolFailed", "internal"];
    private static readonly string[] Events = ["step.started", "step.completed", "step.retrying", "step.failed", "step.ready"];

    private readonly Random _random;
    private readonly bool _isSteady;
    private readonly bool _isResumable;
    private readonly JsonObject _resumed = [];
    private readonly RulesGraph _graph;
    private string? _mayBeRefused;

    private RulesGenerator(int seed, RulesProfile profile)
    {
        _random = new Random(seed);
        _isSteady = profile != RulesProfile.Everything;
        _isResumable = profile == RulesProfile.Resumable;
        _graph = new RulesGraph(_random.Next(4) == 0 ? _random.Next(1, 16) : _random.Next(1, 8), _random);
    }

    /// <summary>The case of a seed.</summary>
    public static RulesCase Make(int seed, RulesProfile profile = RulesProfile.Everything) => new RulesGenerator(seed, profile).Make(seed);

    private RulesCase Make(int seed)
    {
        Relate();
        var (steps, answers) = (new JsonArray(), new JsonObject());
        for (var step = 0; step < _graph.Count; step++)
        {
            var (node, said) = Step(step);
            steps.Add(node);
            answers[Id(step)] = said;
        }

        var definition = new JsonObject
        {
            ["inputs"] = new JsonObject { ["go"] = new JsonObject { ["type"] = "string" } },
            ["options"] = Options(),
            ["steps"] = steps
        };
        if (_graph.Finals.Count > 0)
        {
            definition["finally"] = Texts(_graph.Finals.Order().Select(Id));
        }

        return new RulesCase(seed, definition, answers, _isSteady && !(_isResumable && Chance(25)) ? [] : Requests())
        {
            MayBeRefused = _mayBeRefused,
            ResumedAnswers = _isResumable ? _resumed : null,
        };
    }

    private static string Id(int step) => string.Create(CultureInfo.InvariantCulture, $"s{step}");

    private bool Chance(int percent) => _random.Next(100) < percent;

    private T Pick<T>(params ReadOnlySpan<T> of) => of[_random.Next(of.Length)];

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(text => (JsonNode)text)];

    /// <summary>Draws the dependencies, the fallbacks and the final steps.</summary>
    private void Relate()
    {
        _graph.DrawFinals(Chance(35) ? _random.Next(1, 4) : 0);
        _graph.DrawDependencies(_random.NextDouble() * 0.6);
        for (var step = 0; step < _graph.Count; step++)
        {
            if (Chance(30) && _graph.TryStandIn(step, anyhow: Chance(5), out var refusal))
            {
                _mayBeRefused ??= refusal;
            }
        }
    }

    private (JsonObject Step, JsonArray Answers) Step(int step)
    {
        var (id, dependsOn, isFallback) = (Id(step), _graph.DependenciesOf(step).Select(Id).ToList(), _graph.IsFallback(step));
        var node = new JsonObject { ["id"] = id };
        var isMerge = dependsOn.Count > 0 && Chance(8);
        var isTool = !isMerge && Chance(15);
        if (isMerge)
        {
            (node["type"], node["mode"], node["from"]) = ("merge", "object", Texts(dependsOn));
        }
        else if (isTool)
        {
            (node["type"], node["tool"],
                node["input"]) = ("tool", "scripted", new JsonObject { ["seen"] = string.Concat(dependsOn.Select(other => $"{{{{{other}}}}} ")) });
        }
        else
        {
            node["prompt"] = $"{id}: {string.Join(' ', dependsOn.Select(other => $"{{{{{other}}}}}"))}";
        }

        if (dependsOn.Count > 0)
        {
            node["dependsOn"] = Texts(dependsOn);
        }

        if (!isFallback && dependsOn.Count > 0 && Chance(40))
        {
            node["join"] = _isSteady ? "settled" : Pick("all", "any", "any", "settled");
        }

        if (Chance(20))
        {
            node["when"] = Pick(0, 1, 2) switch
            {
                0 => RulesCase.NeverHolds,
                1 => "inputs.go == 'yes'",
                _ when dependsOn.Count > 0 => $"contains(string(coalesce(steps.{dependsOn[_random.Next(dependsOn.Count)]}.output, '')), 'yes')",
                _ => "true",
            };
        }

        var repeats = !isMerge && !isTool && Chance(12);
        if (repeats)
        {
            node["repeat"] = new JsonObject { ["until"] = $"contains({id}, 'done')", ["max"] = _random.Next(1, 5) };
        }

        var options = StepOptions(step, isMerge);
        if (options.Count > 0)
        {
            node["options"] = options;
        }

        return (node, _isResumable ? PassingAnswers(id, options) : Answers(repeats));
    }

    private JsonObject StepOptions(int step, bool isMerge)
    {
        var options = new JsonObject();
        OnError(step, options);
        if (Chance(30))
        {
            options["estimatedMs"] = _random.Next(0, 5_000);
        }

        if (isMerge)
        {
            return options;
        }

        switch (_random.Next(4))
        {
            case 0:
                options["retryCount"] = _random.Next(0, 4);
                break;
            case 1:
                var retry = new JsonObject
                {
                    ["maxAttempts"] = _random.Next(1, 5),
                    ["firstInterval"] = Pick(0, 1, 500, 20_000),
                    ["backoff"] = Pick(1, 2, 10)
                };
                if (Chance(30))
                {
                    retry["on"] = Texts(Kinds.Where(_ => Chance(50)));
                }

                options["retry"] = retry;
                break;
            default:
                break;
        }

        if (!_isSteady && Chance(15))
        {
            options["timeout"] = Pick(1, 100, 1_000, 10_000);
        }

        if (!_isSteady && Chance(20))
        {
            options["stepTimeout"] = Pick(1, 500, 3_000, 20_000);
        }

        return options;
    }

    private void OnError(int step, JsonObject options)
    {
        if (_graph.FallbackOf(step) is { } fallback)
        {
            if (_isResumable || Chance(60))
            {
                options["fallback"] = new JsonObject { ["step"] = Id(fallback) };
                if (Chance(20))
                {
                    options["onError"] = new JsonObject { [Pick<string>(Kinds)] = Pick("continue", "fail"), ["default"] = "fallback" };
                }
            }
            else
            {
                options["onError"] =
                    new JsonObject { [Pick<string>(Kinds)] = new JsonObject { ["step"] = Id(fallback) }, ["default"] = Pick("fail", "continue") };
            }
        }
        else if (Chance(12))
        {
            options["fallback"] = new JsonObject { ["value"] = Pick("yes, instead", "no, instead") };
            if (Chance(30))
            {
                options["onError"] = new JsonObject
                {
                    [Pick<string>(Kinds)] = "fallback",
                    ["queueFull"] = Pick("fallback", "continue"),
                    ["default"] = Pick("fail", "continue")
                };
            }
        }
        else if (Chance(15))
        {
            options["onError"] = Chance(70) ? "continue" : new JsonObject { [Pick<string>(Kinds)] = "continue", ["default"] = "fail" };
        }
    }

    /// <summary>
    /// A step with a fallback for every failure fails always or never; any other fails in the first attempt of the run only. A step that succeeds
    /// always gives the same answer.
    /// </summary>
    private JsonArray PassingAnswers(string id, JsonObject options)
    {
        var hasFallback = options["fallback"] is not null;
        if (hasFallback)
        {
            options.Remove("onError");
        }
        else if (options["onError"] is JsonObject)
        {
            options["onError"] = "continue";
        }

        JsonObject Failure() => new() { ["error"] = new JsonObject { ["kind"] = Pick<string>(Kinds) }, ["latencyMs"] = Pick(0, 5, 50) };
        var success = new JsonObject { ["output"] = Pick("yes", "no", "done, yes", "draft") + RulesCase.OfThePrompt, ["latencyMs"] = Pick(0, 5, 50) };
        if (hasFallback && Chance(60))
        {
            var failure = Failure();
            _resumed[id] = new JsonArray(failure.DeepClone());
            return [failure];
        }

        _resumed[id] = new JsonArray(success.DeepClone());
        return [.. Enumerable.Range(0, !hasFallback && Chance(35) ? _random.Next(1, 4) : 0).Select(_ => (JsonNode)Failure()), success];
    }

    private JsonArray Answers(bool repeats)
    {
        var (failing, length) = (Chance(35) ? 60 : 5, repeats ? _random.Next(1, 7) : _random.Next(1, 5));
        var answers = new JsonArray();
        for (var index = 0; index < length; index++)
        {
            var answer = new JsonObject();
            if (Chance(failing))
            {
                var error = new JsonObject { ["kind"] = Pick<string>(Kinds) };
                if (Chance(25))
                {
                    error["retryAfterMs"] = Pick(1, 200, 4_000, 25_000);
                }

                answer["error"] = error;
            }
            else
            {
                answer["output"] = Pick("yes", "no", "done, yes", "draft") + RulesCase.OfThePrompt;
            }

            answer["latencyMs"] = _isSteady ? Pick(0, 5, 50) : Pick<int>(Latencies);
            answer["usage"] = new JsonObject { ["inputTokens"] = 10, ["outputTokens"] = 5 };
            answers.Add(answer);
        }

        return answers;
    }

    private JsonObject Options()
    {
        var options = new JsonObject { ["defaultModel"] = "m" };
        if (Chance(80))
        {
            options["maxParallelism"] = Pick<Func<JsonNode>>(() => 1, () => 1, () => 2, () => 3, () => 4, () => "auto")();
        }

        options["parallelBatchDelay"] = _isSteady ? 0 : Pick(0, 0, 0, 100, 3_000, 9_000);
        options["onStepFailure"] = _isSteady && !_isResumable ? "continue" : Pick("stop", "cancel", "continue");
        if (_isSteady)
        {
            return options;
        }

        if (Chance(30))
        {
            options["queueSize"] = _random.Next(0, 4);
            options["queueFull"] = Pick("fail", "fail", "wait");
        }

        if (Chance(15))
        {
            options["budget"] = new JsonObject { ["tokens"] = _random.Next(1, 150) };
        }

        if (Chance(20))
        {
            options["maxDuration"] = Pick(1, 1_000, 5_000, 20_000, 60_000);
        }

        if (Chance(15))
        {
            options["timeout"] = Pick(1_000, 10_000);
        }

        return options;
    }

    private List<RulesRequest> Requests()
    {
        var requests = new List<RulesRequest>();
        var time = 0;
        while (Chance(35))
        {
            time += Pick(0, 10, 500, 4_000, 15_000);
            var kind = _isResumable
                ? RulesRequestKind.Cancel
                : Pick(RulesRequestKind.Suspend, RulesRequestKind.Suspend, RulesRequestKind.Continue, RulesRequestKind.Cancel);
            requests.Add(new RulesRequest(kind, time, Pick<string>(Events), Id(_random.Next(_graph.Count))));
        }

        return requests;
    }
}
