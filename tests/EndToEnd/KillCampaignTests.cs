using Orchestrator.EndToEnd.Kills;

namespace Orchestrator.EndToEnd;

/// <summary>Two rounds of the campaign; <c>dotnet run -c Release --project bench -- kill --rounds N --seed N</c> runs as many as one likes.</summary>
public sealed class KillCampaignTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Serve_that_is_killed_under_load_loses_no_accepted_run(int seed)
    {
        var round = await new KillCampaign(seed, runs: 12).RunAsync();

        Assert.True(round.Open > 0, "every run was over before the first kill, so nothing was tried");
    }
}
