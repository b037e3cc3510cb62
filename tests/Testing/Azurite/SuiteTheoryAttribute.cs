using Xunit;
using Xunit.Sdk;

namespace Orchestrator.Testing.Azurite;

/// <summary><see cref="SuiteFactAttribute"/> with data. Its rows must be serializable, as inline data is.</summary>
[XunitTestCaseDiscoverer("Orchestrator.Testing.Azurite.SuiteTheoryDiscoverer", "Orchestrator.Testing")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class SuiteTheoryAttribute : TheoryAttribute;
