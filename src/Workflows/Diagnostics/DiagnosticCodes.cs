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
    public const string DiffersOnlyInCase = "differs-only-in-case";
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

    public const string UnknownTool = "unknown-tool";
    public const string WrongToolInput = "wrong-tool-input";
    public const string UnknownResource = "unknown-resource";
    public const string NotEnforced = "not-enforced";
    public const string ShadowedInput = "shadowed-input";
    public const string NoTimeout = "no-timeout";
    public const string AutoWithoutMapping = "auto-without-mapping";
    public const string ConstantCondition = "constant-condition";
    public const string ModelShutdown = "model-shutdown";
    public const string ManySteps = "many-steps";
    public const string WideFanOut = "wide-fan-out";
    public const string ContinueNeeded = "continue-needed";
    public const string NeverRuns = "never-runs";
    public const string WriteConflict = "write-conflict";
}
