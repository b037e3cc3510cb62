using Microsoft.Extensions.AI;
using Orchestrator.Activities.Mocks;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Models.Simulated;

namespace Orchestrator.Activities.Tests.Models;

public sealed class ChatClientFactoryTests
{
    [Fact]
    public void Create_without_a_provider_simulates_every_model()
    {
        var factory = new ChatClientFactory(TimeProvider.System);

        Assert.IsType<SimulatedChatClient>(factory.Create("simulated:tokens=3"));
        Assert.IsType<SimulatedChatClient>(factory.Create("gpt-4o"));
        Assert.Equal("gpt-4o", factory.Create("gpt-4o").GetService<ChatClientMetadata>()!.DefaultModelId);
        Assert.True(factory.IsSimulated("gpt-4o"));
    }

    [Fact]
    public void Create_with_a_provider_asks_it_once_per_model_but_not_for_simulated_ones()
    {
        var asked = new List<string>();
        var factory = new ChatClientFactory(TimeProvider.System, model =>
        {
            asked.Add(model);
            return new MockChatClient(new MockResponse(), TimeProvider.System);
        });

        Assert.Same(factory.Create("gpt-4o"), factory.Create("gpt-4o"));
        Assert.IsType<SimulatedChatClient>(factory.Create("simulated"));
        Assert.Equal(["gpt-4o"], asked);
        Assert.False(factory.IsSimulated("gpt-4o"));
        Assert.True(factory.IsSimulated("simulated"));
    }

    [Fact]
    public void Create_with_bad_options_says_so_each_time()
    {
        var factory = new ChatClientFactory(TimeProvider.System);

        Assert.Throws<ModelOptionException>(() => factory.Create("simulated:tokens=x"));
        Assert.Throws<ModelOptionException>(() => factory.Create("simulated:tokens=x"));
    }
}
