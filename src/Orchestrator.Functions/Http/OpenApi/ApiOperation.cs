namespace Orchestrator.Functions.Http.OpenApi;

/// <summary>One operation of the API, as the document of it says.</summary>
/// <param name="Function">The name of the function that answers.</param>
/// <param name="Method">In small letters.</param>
/// <param name="Route">Below the route prefix, with parameters in braces.</param>
/// <param name="Summary">One sentence.</param>
internal sealed record ApiOperation(string Function, string Method, string Route, string Summary)
{
    /// <summary>Query parameters and what they mean.</summary>
    public IReadOnlyDictionary<string, string> Query { get; init; } = new Dictionary<string, string>();

    /// <summary>Request headers and what they mean.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The type of a JSON body; null when there is none or something else describes it.</summary>
    public Type? Body { get; init; }

    /// <summary>The schema of a JSON body that no type describes; null when there is none.</summary>
    public string? BodySchema { get; init; }

    /// <summary>Media types of a body that is text; empty for none.</summary>
    public IReadOnlyList<string> Texts { get; init; } = [];

    /// <summary>Successful answers by status, with the type of their JSON; null for no body.</summary>
    public IReadOnlyDictionary<int, Type?> Answers { get; init; } = new Dictionary<int, Type?>();

    /// <summary>Statuses that come as problem details.</summary>
    public IReadOnlyList<int> Problems { get; init; } = [];
}
