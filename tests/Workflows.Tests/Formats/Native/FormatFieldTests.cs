using Orchestrator.Workflows.Sources;

namespace Orchestrator.Workflows.Tests.Formats.Native;

public sealed class FormatFieldTests
{
    /// <summary>The example of the format that has every member.</summary>
    private const string Example = """
        id: 7c0e
        slug: cfas-feedback
        name: CFAS Hypothetical Feedback
        description: ...
        appName: practice-interviews
        inputs:
          question: { type: string, required: true }
          answer:   { type: string, required: true, maxLength: 20000 }
        options:
          maxParallelism: 4
          parallelBatchDelay: 200
          queueSize: 500
          queueFull: fail
          defaultModel: gpt-4o-mini
          maxDuration: 300000
          timeout: 120000
          onStepFailure: stop
          stream: true
          budget: { usd: 0.50, tokens: 200000 }
        resources:
          crm:         { requestsPerSecond: 10 }
          db:          { maxConcurrent: 10 }
          gpt-4o-mini: { requestsPerMinute: 60, tokensPerMinute: 90000 }
        rateLimits: {}
        steps:
          - id: clarify
            type: prompt
            promptId: hypothetical-clarify
            prompt: inline
            outputKey: clarify_feedback
            dependsOn: []
            join: all
            when: "inputs.answer != ''"
            inputMapping: { answer: inputs.answer }
            uses:   [crm]
            reads:  [crm.customer]
            writes: [crm.score]
            repeat: { until: "clarify.transformed.clarity >= 8", max: 3 }
            options:
              stream: true
              model: gpt-4o
              models: [gpt-4o, gpt-4o-mini]
              temperature: 0.2
              reasoning: low
              maxTokens: 800
              timeout: 20000
              stepTimeout: 60000
              retryCount: 3
              retry: { maxAttempts: 4, firstInterval: 500, backoff: 2, maxInterval: 30000, on: [rateLimited, unavailable, timeout] }
              outputTransform: extractScores
              onError: { contentFiltered: { step: x }, default: fail }
              fallback: { value: "n/a", step: other }
              cache: false
              estimatedMs: 2000
        finally: [notify]
        outputs: { summary: summary, scores: scores_transformed }
        """;

    private static readonly string[] NamedByAuthor = ["inputs", "resources", "rateLimits", "inputMapping", "outputs", "onError"];

    private static readonly FormatField[] Fields = [.. WorkflowFormatFields.All, .. StepFormatFields.All, .. StepOptionFormatFields.All];

    public static TheoryData<string, int, bool> Cases
    {
        get
        {
            var cases = new TheoryData<string, int, bool>();
            for (var index = 0; index < Fields.Length; index++)
            {
                cases.Add(Fields[index].Path, index, false);
                cases.Add(Fields[index].Path, index, true);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Member_is_read_into_its_property(string path, int index, bool yaml)
    {
        Assert.Equal(path, Fields[index].Path);
        Fields[index].AssertIsRead(yaml);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Mistake_in_a_member_is_one_finding_at_its_place(string path, int index, bool yaml)
    {
        Assert.Equal(path, Fields[index].Path);
        Fields[index].AssertIsRefused(yaml);
    }

    [Fact]
    public void Every_member_of_the_format_is_tested()
    {
        var root = SourceText.ReadYaml(Example, out var findings);

        Assert.Empty(findings);
        Assert.Empty(Paths(root!, "").Distinct().Except(Fields.Select(field => field.Path)));
    }

    private static IEnumerable<string> Paths(SourceNode node, string path)
    {
        var owner = path[(path.LastIndexOf('.') + 1)..];
        foreach (var member in node.Members)
        {
            var name = NamedByAuthor.Contains(owner) ? "*" : member.Name;
            var deeper = path.Length == 0 ? name : $"{path}.{name}";
            yield return deeper;
            foreach (var item in member.Value.Items.Append(member.Value).SelectMany(value => Paths(value, deeper)))
            {
                yield return item;
            }
        }
    }
}
