using Orchestrator.EndToEnd.Kills;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.EndToEnd;

/// <summary>
/// Short rounds of the campaign; <c>dotnet run -c Release --project bench -- kill --rounds N --seed N --storage files|azure</c> runs as many as one
/// likes.
/// </summary>
[NeedsAzurite]
public sealed class KillCampaignTests
{
    /// <summary>Kills once, a second after a start.</summary>
    private const int AfterStart = 3;

    /// <summary>Kills once, after some records.</summary>
    private const int AfterRecord = 16;

    [Theory]
    [InlineData(AfterStart)]
    [InlineData(AfterRecord)]
    public Task Serve_that_is_killed_under_load_loses_no_accepted_run(int seed) => RunAsync(seed, KillStorage.Files);

    [SuiteFact]
    public Task Serve_over_an_account_that_is_killed_under_load_loses_no_accepted_run() => RunAsync(AfterRecord, KillStorage.Azure);

    private static async Task RunAsync(int seed, string storage)
    {
        var round = await new KillCampaign(seed, runs: 12, storage).RunAsync();

        Assert.True(round.Open > 0, $"every run was over before the last kill, so nothing was tried: {round}");
    }
}
