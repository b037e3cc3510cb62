using Microsoft.Extensions.AI;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Models.Mocks;
using Orchestrator.Activities.Models.Simulated;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Models;

public sealed class ChatClientFactoryTests
{
    [Fact]
    public void Create_without_a_provider_simulates_every_model_where_that_is_configured()
    {
        var factory = new ChatClientFactory(TimeProvider.System, fallback: new SimulatedModelOptions());

        Assert.IsType<SimulatedChatClient>(factory.Create("simulated:tokens=3"));
        Assert.IsType<SimulatedChatClient>(factory.Create("gpt-4o"));
        Assert.Equal("gpt-4o", factory.Create("gpt-4o").GetService<ChatClientMetadata>()!.DefaultModelId);
        Assert.True(factory.IsSimulated("gpt-4o"));
    }

    [Fact]
    public void Create_without_a_provider_refuses_and_names_the_settings()
    {
        var factory = new ChatClientFactory(TimeProvider.System);

        var refusal = Assert.Throws<ModelException>(() => factory.Create("gpt-4o"));

        Assert.Equal(ErrorKind.Unavailable, refusal.Error.Kind);
        Assert.Contains("OPENAI_API_KEY", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Orchestrator:Model", refusal.Message, StringComparison.Ordinal);
        Assert.IsType<SimulatedChatClient>(factory.Create("simulated"));
        Assert.False(factory.IsSimulated("gpt-4o"));
    }

    [Fact]
    public void Create_with_a_provider_asks_it_but_not_for_simulated_ones()
    {
        var asked = new List<string>();
        var factory = new ChatClientFactory(TimeProvider.System, model =>
        {
            asked.Add(model);
            return new MockChatClient(new MockResponse(), TimeProvider.System);
        });

        Assert.IsType<MockChatClient>(factory.Create("gpt-4o"));
        Assert.IsType<SimulatedChatClient>(factory.Create("simulated"));
        Assert.Equal(["gpt-4o"], asked);
        Assert.False(factory.IsSimulated("gpt-4o"));
        Assert.True(factory.IsSimulated("simulated"));
    }

    [Fact]
    public void Create_with_bad_options_fails_each_time()
    {
        var factory = new ChatClientFactory(TimeProvider.System);

        for (var call = 0; call < 2; call++)
        {
            var failure = Assert.Throws<ModelException>(() => factory.Create("simulated:tokens=x"));

            Assert.Equal(ErrorKind.InvalidInput, failure.Error.Kind);
            Assert.False(failure.Error.Retryable);
            Assert.Contains("'tokens=x' is wrong", failure.Error.Message, StringComparison.Ordinal);
        }
    }
}
