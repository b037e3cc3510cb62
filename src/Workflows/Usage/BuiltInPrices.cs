namespace Orchestrator.Workflows.Usage;

/// <summary>
/// OpenAI's public list prices for text at the standard tier, as they were on <see cref="AsOf"/>. Not in them: batch, flex and fast tiers, regional
/// surcharges, cache writes that are kept for 12 hours (2.5 times the input), and promotions.
/// </summary>
internal static class BuiltInPrices
{
    // OpenAI's own page (developers.openai.com/api/docs/pricing) could not be read directly. Everything up to gpt-5.5 agrees with LiteLLM's
    // model_prices_and_context_window.json of 2026-07-24 (as kept in Wei-Shaw/model-price-repo), but for models that had left it by then: those, o1
    // without a date among them, stand as they were last published. From gpt-5.6: announcements that quote the page, two for each, read again on
    // 2026-11-28 (docs.litellm.ai/blog/gpt_6_sol_luna and /gpt-6-1-terra, vercel.com/ai-gateway/models/openai/gpt-6-luna). Cache writes and long
    // requests from gpt-5.6: releases merefield/codexometer v0.18.4 and TheKrush/PromptFuel v1.0.24.
    public static DateOnly AsOf { get; } = new(2026, 11, 28);

    public static IReadOnlyDictionary<string, ModelPrice> Models { get; } = new Dictionary<string, ModelPrice>
    {
        ["gpt-6.1-sol"] = Since56(2.00m, 10.00m, 0.10m),
        ["gpt-6.1-terra"] = Since56(1.00m, 5.00m, 0.05m),
        ["gpt-6-astra"] = Since56(10.00m, 50.00m, 1.00m),
        ["gpt-6-sol"] = Since56(2.00m, 10.00m, 0.20m),
        ["gpt-6-luna"] = Since56(0.10m, 0.50m, 0.01m),

        // A promotion made it cheaper, at least until 2026-11-21; this is the list price.
        ["gpt-5.6-sol"] = Since56(5.00m, 30.00m, 0.50m),
        ["gpt-5.6-terra"] = Since56(2.00m, 12.00m, 0.20m),
        ["gpt-5.6-luna"] = Since56(0.20m, 1.20m, 0.02m),
        ["gpt-5.5"] = new(5.00m, 30.00m, 0.50m),
        ["gpt-5.5-pro"] = new(30.00m, 180.00m, 3.00m),
        ["gpt-5.4"] = new(2.50m, 15.00m, 0.25m),
        ["gpt-5.4-mini"] = new(0.75m, 4.50m, 0.075m),
        ["gpt-5.4-nano"] = new(0.20m, 1.25m, 0.02m),
        ["gpt-5.4-pro"] = new(30.00m, 180.00m, 3.00m),
        ["gpt-5.3-chat"] = new(1.75m, 14.00m, 0.175m),
        ["gpt-5.2"] = new(1.75m, 14.00m, 0.175m),
        ["gpt-5.2-chat"] = new(1.75m, 14.00m, 0.175m),
        ["gpt-5.2-pro"] = new(21.00m, 168.00m),
        ["gpt-5.1"] = new(1.25m, 10.00m, 0.125m),
        ["gpt-5.1-chat"] = new(1.25m, 10.00m, 0.125m),
        ["gpt-5"] = new(1.25m, 10.00m, 0.125m),
        ["gpt-5-chat"] = new(1.25m, 10.00m, 0.125m),
        ["gpt-5-mini"] = new(0.25m, 2.00m, 0.025m),
        ["gpt-5-nano"] = new(0.05m, 0.40m, 0.005m),
        ["gpt-5-pro"] = new(15.00m, 120.00m),
        ["gpt-4.1"] = new(2.00m, 8.00m, 0.50m),
        ["gpt-4.1-mini"] = new(0.40m, 1.60m, 0.10m),
        ["gpt-4.1-nano"] = new(0.10m, 0.40m, 0.025m),
        ["gpt-4o"] = new(2.50m, 10.00m, 1.25m),
        ["gpt-4o-2024-05-13"] = new(5.00m, 15.00m),
        ["gpt-4o-mini"] = new(0.15m, 0.60m, 0.075m),
        ["chatgpt-4o-latest"] = new(5.00m, 15.00m),
        ["o1"] = new(15.00m, 60.00m, 7.50m),
        ["o1-pro"] = new(150.00m, 600.00m),
        ["o1-mini"] = new(1.10m, 4.40m, 0.55m),
        ["o3"] = new(2.00m, 8.00m, 0.50m),
        ["o3-pro"] = new(20.00m, 80.00m),
        ["o3-mini"] = new(1.10m, 4.40m, 0.55m),
        ["o4-mini"] = new(1.10m, 4.40m, 0.275m),
        ["gpt-4-turbo"] = new(10.00m, 30.00m),
        ["gpt-4-0125-preview"] = new(10.00m, 30.00m),
        ["gpt-4-1106-preview"] = new(10.00m, 30.00m),
        ["gpt-4"] = new(30.00m, 60.00m),
        ["gpt-4-32k"] = new(60.00m, 120.00m),
        ["gpt-3.5-turbo"] = new(0.50m, 1.50m),
        ["gpt-3.5-turbo-16k"] = new(3.00m, 4.00m),
        ["gpt-3.5-turbo-1106"] = new(1.00m, 2.00m),
        ["gpt-3.5-turbo-0613"] = new(1.50m, 2.00m),
        ["gpt-3.5-turbo-instruct"] = new(1.50m, 2.00m),
    };

    /// <summary>From gpt-5.6 on writing to the cache costs 1.25 times the input, and long requests cost more.</summary>
    private static ModelPrice Since56(decimal input, decimal output, decimal cachedInput) =>
        new(input, output, cachedInput, input * 1.25m, LongContext: true);
}
