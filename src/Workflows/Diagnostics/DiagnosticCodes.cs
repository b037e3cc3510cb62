namespace Orchestrator.Workflows.Diagnostics;

/// <summary>The codes of all findings; each is described in docs/diagnostics.md.</summary>
public static class DiagnosticCodes
{
    public const string InvalidText = "invalid-text";
    public const string TooLarge = "too-large";
    public const string DuplicateName = "duplicate-name";
    public const string UnknownProperty = "unknown-property";
    public const string UnsupportedProperty = "unsupported-property";
    public const string MissingProperty = "missing-property";
    public const string WrongType = "wrong-type";
    public const string WrongValue = "wrong-value";
    public const string InvalidId = "invalid-id";
    public const string ReservedName = "reserved-name";
    public const string NoSteps = "no-steps";
    public const string DuplicateStep = "duplicate-step";
    public const string UnknownStep = "unknown-step";
    public const string DependencyCycle = "dependency-cycle";
    public const string DuplicateOutputKey = "duplicate-output-key";
    public const string UnknownTransform = "unknown-transform";
    public const string InvalidPath = "invalid-path";
    public const string UnknownReference = "unknown-reference";
    public const string MissingDependency = "missing-dependency";
    public const string InvalidExpression = "invalid-expression";
    public const string WrongFallback = "wrong-fallback";
    public const string WrongFinally = "wrong-finally";
    public const string InvalidTemplate = "invalid-template";
}
