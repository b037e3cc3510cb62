namespace Orchestrator.Workflows.Usage;

/// <summary>OpenAI's public list prices for text at the standard tier, as they were on <see cref="AsOf"/>.</summary>
internal static class BuiltInPrices
{
    public static DateOnly AsOf { get; } = new(2025, 9, 1);

    public static IReadOnlyDictionary<string, ModelPrice> Models { get; } = new Dictionary<string, ModelPrice>
    {
        ["gpt-5"] = new(1.25m, 10.00m, 0.125m),
        ["gpt-5-chat"] = new(1.25m, 10.00m, 0.125m),
        ["gpt-5-mini"] = new(0.25m, 2.00m, 0.025m),
        ["gpt-5-nano"] = new(0.05m, 0.40m, 0.005m),
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
        ["gpt-3.5-turbo-1106"] = new(1.00m, 2.00m),
        ["gpt-3.5-turbo-0613"] = new(1.50m, 2.00m),
        ["gpt-3.5-turbo-instruct"] = new(1.50m, 2.00m),
    };
}
