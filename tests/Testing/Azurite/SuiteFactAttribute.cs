using Xunit;
using Xunit.Sdk;

namespace Orchestrator.Testing.Azurite;

/// <summary>
/// A fact that several classes may inherit, and that is skipped in those that need what is not there (<see cref="NeedsAzuriteAttribute"/>).
/// A plain fact cannot: it does not know which class runs it.
/// </summary>
[XunitTestCaseDiscoverer("Orchestrator.Testing.Azurite.SuiteFactDiscoverer", "Orchestrator.Testing")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class SuiteFactAttribute : FactAttribute;
