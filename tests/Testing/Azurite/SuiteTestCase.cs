using System.ComponentModel;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Orchestrator.Testing.Azurite;

/// <summary>One test of one class, which says whether it is skipped there.</summary>
public sealed class SuiteTestCase : XunitTestCase
{
    [EditorBrowsable(EditorBrowsableState.Never)]
    [Obsolete("For xunit, which creates the test case from its serialized form.", error: true)]
    public SuiteTestCase()
    {
    }

    public SuiteTestCase(
        IMessageSink diagnosticMessageSink,
        TestMethodDisplay display,
        TestMethodDisplayOptions options,
        ITestMethod method,
        object[]? arguments = null)
        : base(diagnosticMessageSink, display, options, method, arguments)
    {
    }

    protected override string GetSkipReason(IAttributeInfo factAttribute) =>
        base.GetSkipReason(factAttribute)
        ?? (TestMethod.TestClass.Class.GetCustomAttributes(typeof(NeedsAzuriteAttribute)).Any() ? NeedsAzuriteAttribute.SkipReason! : null!);
}
