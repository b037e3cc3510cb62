using System.Globalization;
using System.Text;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.Storage.Tests;

/// <summary>What every store must do when many use one key at the same time. All start behind a barrier.</summary>
public abstract class ContentStoreConcurrencyContract
{
    private static readonly ContentKey Key = ContentKey.Of("shared", "value");

    protected abstract IContentStore Store { get; }

    [SuiteFact]
    public async Task Create_by_many_succeeds_once_and_keeps_that_value()
    {
        var etags = await TogetherAsync(20, async n => (n, etag: await Store.CreateAsync(Key, Bytes($"{n}"))));

        var winner = Assert.Single(etags, result => result.etag is not null);
        var stored = await Store.GetAsync(Key);
        Assert.Equal($"{winner.n}", Text(stored!.Bytes));
        Assert.Equal(winner.etag, stored.ETag);
    }

    [SuiteFact]
    public async Task Replace_by_100_incrementers_loses_none()
    {
        await Store.PutAsync(Key, Bytes("0"));

        await TogetherAsync(100, async _ =>
        {
            while (true)
            {
                var present = await Store.GetAsync(Key);
                var next = int.Parse(Text(present!.Bytes), CultureInfo.InvariantCulture) + 1;
                if (await Store.ReplaceAsync(Key, Bytes($"{next}"), present.ETag) is not null)
                {
                    return next;
                }
            }
        });

        Assert.Equal("100", Text((await Store.GetAsync(Key))!.Bytes));
    }

    [SuiteFact]
    public async Task Append_1000_by_20_callers_keeps_all_whole_and_each_callers_order()
    {
        var ends = await TogetherAsync(20, async caller =>
        {
            var positions = new List<long>();
            for (var i = 0; i < 50; i++)
            {
                positions.Add(await Store.AppendAsync(Key, Bytes($"{caller}:{i}:{new string('x', caller * 7)}\n")));
            }

            return positions;
        });

        var content = Text((await Store.GetAsync(Key))!.Bytes);
        var lines = content.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(':')).ToList();
        Assert.Equal(1000, lines.Count);
        foreach (var group in lines.GroupBy(line => int.Parse(line[0], CultureInfo.InvariantCulture)))
        {
            Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}"), group.Select(line => line[1]));
            Assert.All(group, line => Assert.Equal(group.Key * 7, line[2].Length));
        }

        Assert.All(ends.SelectMany(positions => positions), end => Assert.Equal('\n', content[(int)end - 1]));
        Assert.Equal(1000, ends.SelectMany(positions => positions).Distinct().Count());
    }

    [SuiteFact]
    public async Task Append_1000_without_awaiting_keeps_the_order_of_the_calls()
    {
        var appends = Enumerable.Range(0, 1000).Select(i => Store.AppendAsync(Key, Bytes($"{i}\n"))).ToList();

        var positions = await Task.WhenAll(appends);

        Assert.Equal(positions.Order(), positions);
        var expected = string.Concat(Enumerable.Range(0, 1000).Select(i => $"{i}\n"));
        Assert.Equal(expected, Text((await Store.GetAsync(Key))!.Bytes));
    }

    [SuiteFact]
    public async Task Get_while_others_put_sees_whole_values_only()
    {
        await Store.PutAsync(Key, Bytes(new string('a', 5000)));

        await TogetherAsync(8, async n =>
        {
            for (var i = 0; i < 20; i++)
            {
                if (n % 2 == 0)
                {
                    await Store.PutAsync(Key, Bytes(new string((char)('a' + n), 5000 + n)));
                }
                else
                {
                    var text = Text((await Store.GetAsync(Key))!.Bytes);
                    Assert.Equal(new string(text[0], 5000 + text[0] - 'a'), text);
                }
            }

            return 0;
        });
    }

    [SuiteFact]
    public async Task Put_and_delete_of_neighbours_do_not_disturb_each_other()
    {
        var created = await TogetherAsync(8, async n =>
        {
            var key = ContentKey.Of("deep", "folder", $"{n}");
            var ok = true;
            for (var i = 0; i < 20; i++)
            {
                ok &= await Store.CreateAsync(key, Bytes("x")) is not null;
                ok &= await Store.DeleteAsync(key);
            }

            return ok;
        });

        Assert.DoesNotContain(false, created);
    }

    protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private static async Task<T[]> TogetherAsync<T>(int count, Func<int, Task<T>> work)
    {
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var all = Enumerable.Range(0, count)
            .Select(n => Task.Run(async () =>
            {
                await start.Task;
                return await work(n);
            }))
            .ToList();
        start.SetResult();
        return await Task.WhenAll(all);
    }
}
