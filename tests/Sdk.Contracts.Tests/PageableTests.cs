using Microsoft.DurableTask;

namespace Sdk.Contracts.Tests;

public sealed class PageableTests
{
    [Fact]
    public async Task Items_of_all_pages_come_in_order_until_there_is_no_continuation()
    {
        List<string?> asked = [];
        AsyncPageable<int> pageable = Pageable.Create<int>((token, _) =>
        {
            asked.Add(token);
            return Task.FromResult(token switch
            {
                null => new Page<int>([1, 2], "second"),
                "second" => new Page<int>([], "third"),
                _ => new Page<int>([3]),
            });
        });

        Assert.Equal([1, 2, 3], await pageable.ToListAsync());
        Assert.Equal([null, "second", "third"], asked);
    }

    [Fact]
    public async Task Pages_can_start_at_a_token_with_a_size()
    {
        List<(string?, int?)> asked = [];
        AsyncPageable<int> pageable = Pageable.Create<int>((token, size, _) =>
        {
            asked.Add((token, size));
            return Task.FromResult(new Page<int>([1]));
        });

        Page<int> page = Assert.Single(await pageable.AsPages("here", 5).ToListAsync());

        Assert.Equal([("here", 5)], asked);
        Assert.Null(page.ContinuationToken);
    }

    [Fact]
    public async Task Cancellation_of_the_enumeration_reaches_the_fetch()
    {
        using CancellationTokenSource source = new();
        CancellationToken seen = default;
        AsyncPageable<int> pageable = Pageable.Create<int>((_, cancellation) =>
        {
            seen = cancellation;
            return Task.FromResult(new Page<int>([1]));
        });

        await foreach (int _ in pageable.WithCancellation(source.Token))
        {
        }

        Assert.Equal(source.Token, seen);
    }
}
