using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Workflows.Tests.Usage;

public sealed class PriceTableTests
{
    [Theory]
    [InlineData("gpt-4o", 2.50)]
    [InlineData("gpt-4o-2024-08-06", 2.50)]
    [InlineData("gpt-4o-2024-05-13", 5.00)]
    [InlineData("gpt-4o-mini", 0.15)]
    [InlineData("gpt-4o-mini-2024-07-18", 0.15)]
    [InlineData("GPT-4o-Mini", 0.15)]
    [InlineData("openai/gpt-4o-mini", 0.15)]
    [InlineData("openrouter/openai/gpt-4o-mini-2024-07-18", 0.15)]
    [InlineData("gpt-4-0613", 30.00)]
    [InlineData("gpt-4-0125-preview", 10.00)]
    [InlineData("gpt-4-turbo-preview", 10.00)]
    [InlineData("gpt-5-chat-latest", 1.25)]
    [InlineData("gpt-5.1-2025-11-13", 1.25)]
    [InlineData("gpt-6.1-terra", 1.00)]
    [InlineData("o1-preview-2024-09-12", 15.00)]
    public void Find_of_a_model_or_a_version_of_it_finds_its_price(string model, double input) =>
        Assert.Equal((decimal)input, PriceTable.BuiltIn.Find(model)?.Input);

    [Theory]
    [InlineData("")]
    [InlineData("gpt")]
    [InlineData("gpt-4ox")]
    [InlineData("gpt-4o-")]
    [InlineData("gpt-4o-realtime-preview")]
    [InlineData("gpt-5.9")]
    [InlineData("gpt-5-5")]
    [InlineData("ft:gpt-4o-mini-2024-07-18:org::id")]
    [InlineData("llama-3")]
    public void Find_of_another_model_finds_no_price(string model)
    {
        Assert.Null(PriceTable.BuiltIn.Find(model));
    }

    [Fact]
    public void Find_of_the_small_model_never_takes_the_large_ones_price()
    {
        var table = new PriceTable(new DateOnly(2025, 1, 1), [new("gpt-4o", new ModelPrice(2.5m, 10m))]);

        Assert.Null(table.Find("gpt-4o-mini"));
        Assert.Null(table.Find("gpt-4o-mini-2024-07-18"));
    }

    [Fact]
    public void Cost_charges_cached_input_at_its_own_price() =>
        Assert.Equal(((600 * 0.15m) + (400 * 0.075m) + (100 * 0.60m)) / 1_000_000m, Cost("gpt-4o-mini", 1_000, 100, 400));

    [Fact]
    public void Cost_without_a_cached_price_charges_all_input_alike() => Assert.Equal(0.03m, Cost("gpt-4", 1_000, 0, 500));

    [Fact]
    public void Cost_of_more_cached_than_input_charges_the_input_as_cached() => Assert.Equal(1.25m, Cost("gpt-4o", 1_000_000, 0, long.MaxValue));

    [Fact]
    public void Cost_of_a_negative_count_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => Cost("gpt-4o", 1, -1, 0));

    [Fact]
    public void With_overrides_adds_and_replaces_and_leaves_the_table_as_it_is()
    {
        var table = PriceTable.BuiltIn.With([new("gpt-4o", new ModelPrice(1m, 2m)), new("local/llama-3", new ModelPrice(0m, 0m))]);

        Assert.Equal(1m, table.Find("gpt-4o")?.Input);
        Assert.Equal(0m, table.Find("local/llama-3")?.Cost(new TokenUsage { InputTokens = 5, OutputTokens = 5, CachedTokens = 5 }));
        Assert.Equal(0.15m, table.Find("gpt-4o-mini")?.Input);
        Assert.Equal(2.50m, PriceTable.BuiltIn.Find("gpt-4o")?.Input);
        Assert.Equal(PriceTable.BuiltIn.AsOf, table.AsOf);
    }

    [Fact]
    public void With_a_negative_price_is_refused() =>
        Assert.Contains(
            "'x'", Assert.Throws<ArgumentException>(() => PriceTable.BuiltIn.With([new("x", new ModelPrice(-1m, 0m))])).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Find_of_any_listed_model_with_any_prefix_and_date_finds_that_model() =>
        Prop.ForAll(
            Gen.Elements(PriceTable.BuiltIn.Models.Keys.ToArray()).ToArbitrary(),
            Gen.Elements("", "openai/", "azure/eu/").ToArbitrary(),
            Gen.Choose(1_000, 20_991_231).Select(n => $"-{n}").Or(Gen.Constant("")).ToArbitrary(),
            (model, prefix, version) => PriceTable.BuiltIn.Find(prefix + model + version) == PriceTable.BuiltIn.Models[model])
                .QuickCheckThrowOnFailure();

    [Fact]
    public void Cost_charges_cache_writes_at_their_own_price() => Assert.Equal(
        ((600 * 0.10m) + (300 * 0.01m) + (100 * 0.125m) + (10 * 0.50m)) / 1_000_000m,
        PriceTable.BuiltIn.Find("gpt-6-luna")!.Cost(
            new TokenUsage { InputTokens = 1_000, CachedTokens = 300, CacheWriteTokens = 100, OutputTokens = 10 }));

    [Theory]
    [InlineData(272_000, 1, 1)]
    [InlineData(272_001, 2, 1.5)]
    public void Cost_of_a_long_request_is_higher_for_all_of_it(long input, double inputFactor, double outputFactor) => Assert.Equal(
        (((input - 1_000) * 1.00m * (decimal)inputFactor)
            + (1_000 * 0.05m * (decimal)inputFactor)
            + (100 * 5.00m * (decimal)outputFactor)) / 1_000_000m,
        Cost("gpt-6.1-terra", input, 100, 1_000));

    [Fact]
    public void Cost_of_a_long_request_to_an_older_model_is_the_same() => Assert.Equal(1.25m, Cost("gpt-5", 1_000_000, 0, 0));

    private static decimal Cost(string model, long input, long output, long cached) =>
        PriceTable.BuiltIn.Find(model)!.Cost(new TokenUsage { InputTokens = input, OutputTokens = output, CachedTokens = cached });
}
