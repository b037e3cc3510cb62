using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator.LocalHost.Functions;

/// <summary>What discovery found out about one method.</summary>
/// <param name="CreateTarget">Null for a static method.</param>
internal sealed record FunctionSource(
    MethodInfo Method, ParameterInfo Trigger, LocalFunctionDefinition Definition, bool UsesClient, ObjectFactory? CreateTarget, FunctionBody Body);
