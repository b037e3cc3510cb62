namespace Orchestrator.Workflows.Usage;

/// <summary>
/// Models of OpenAI that have a shutdown date, as announced by <see cref="AsOf"/>. Azure has other dates for the same models. Thread-safe.
/// </summary>
public static class ModelShutdowns
{
    private const string Small = "gpt-6-luna";
    private const string Middle = "gpt-6.1-terra";
    private const string Large = "gpt-6.1-sol";

    private static readonly DateOnly October2026 = new(2026, 10, 23);
    private static readonly DateOnly December2026 = new(2026, 12, 11);
    private static readonly DateOnly January2027 = new(2027, 1, 14);

    // Dates: developers.openai.com/api/docs/deprecations, as quoted by dev.to/importstatic (every OpenAI model shutdown), read on 2026-11-28. The
    // successors are ours: the current model of about the same price.
    private static readonly Dictionary<string, (DateOnly On, string Successor)> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["gpt-3.5-turbo"] = (October2026, Small),
        ["gpt-3.5-turbo-16k"] = (October2026, Small),
        ["gpt-3.5-turbo-instruct"] = (October2026, Small),
        ["gpt-4"] = (October2026, Middle),
        ["gpt-4-32k"] = (October2026, Middle),
        ["gpt-4-turbo"] = (October2026, Middle),
        ["gpt-4.1-nano"] = (October2026, Small),
        ["o1"] = (October2026, Large),
        ["o3-mini"] = (October2026, Middle),
        ["o4-mini"] = (October2026, Middle),
        ["gpt-5"] = (December2026, Middle),
        ["gpt-5-mini"] = (December2026, Small),
        ["gpt-5-nano"] = (December2026, Small),
        ["gpt-5-pro"] = (December2026, Large),
        ["o3"] = (December2026, Large),
        ["o3-pro"] = (December2026, Large),
        ["gpt-4o"] = (January2027, Middle),
        ["gpt-4o-mini"] = (January2027, Small),
        ["gpt-4.1"] = (January2027, Middle),
        ["gpt-4.1-mini"] = (January2027, Small),
        ["gpt-5.1"] = (new(2027, 4, 1), Middle),
    };

    /// <summary>The date on which these announcements were read.</summary>
    public static DateOnly AsOf { get; } = new(2026, 11, 28);

    /// <summary>The warning for a model with a shutdown date, or a version of one; null for all others.</summary>
    public static string? Warning(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return ModelNames.TryFind(Known, model, out var known)
            ? FormattableString.Invariant($"OpenAI shuts the model '{model}' down on {known.On:yyyy-MM-dd}; calls to it fail from then on. ")
                + $"Use '{known.Successor}', or another current model."
            : null;
    }
}
