namespace Orchestrator.LocalHost.Functions;

/// <summary>The compiled call: fills the parameters from the context, calls the method, unwraps its task.</summary>
/// <param name="target">The function's object; null for a static method.</param>
internal delegate ValueTask<object?> FunctionBody(object? target, LocalFunctionContext context);
