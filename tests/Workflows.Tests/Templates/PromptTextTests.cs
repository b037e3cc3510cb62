using System.Text.Json.Nodes;
using Orchestrator.Workflows.Templates;

namespace Orchestrator.Workflows.Tests.Templates;

public sealed class PromptTextTests
{
    [Fact]
    public void WithInputs_of_some_appends_one_line_each_in_their_order() =>
        Assert.Equal(
            "Rate it.\n\nInputs:\nquestion: Why?\nanswer: {{not}} expanded\nscore: 8.50\nlist: [1,\"ä\"]\nnone: \nflag: true",
            PromptText.WithInputs("Rate it.", new Dictionary<string, JsonNode?>
            {
                ["question"] = "Why?",
                ["answer"] = "{{not}} expanded",
                ["score"] = 8.50m,
                ["list"] = new JsonArray(1, "ä"),
                ["none"] = null,
                ["flag"] = true,
            }));

    [Fact]
    public void WithInputs_of_none_leaves_the_prompt_unchanged() => Assert.Equal("Rate it.\n", PromptText.WithInputs("Rate it.\n", []));
}
