using System.Reflection;
using DurableTask.Core;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Sdk.Contracts.Tests.Surface;

/// <summary>
/// Compares the declarations with the committed list of the real SDK's signatures. In a nuget build the same list is held against the real
/// assemblies, where a newer version may have added members.
/// </summary>
public sealed class SdkSurfaceTests
{
    private static readonly Assembly[] Assemblies =
    [
        .. new[]
        {
            typeof(TaskOrchestrationContext),
            typeof(DurableTaskClient),
            typeof(FailureDetails),
            typeof(FunctionContext),
            typeof(FunctionAttribute),
            typeof(DurableClientAttribute),
            typeof(HttpTriggerAttribute),
            typeof(FunctionContextExtensions),
        }.Select(type => type.Assembly).Distinct(),
    ];

    private static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> Expected = ExpectedSurface.Read();

    private static readonly Dictionary<string, Type> Actual = Assemblies.SelectMany(assembly => assembly.GetExportedTypes())
        .Where(type => !type.IsNested)
        .DistinctBy(SurfaceFormatter.FullNameOf)
        .ToDictionary(SurfaceFormatter.FullNameOf);

    private static bool AreDeclarations => Assemblies.Length == 1;

    public static TheoryData<string> ListedTypes => [.. Expected.Keys];

    [Theory]
    [MemberData(nameof(ListedTypes))]
    public void Type_has_the_signatures_of_the_sdk(string name)
    {
        IReadOnlyList<string> actual = new SurfaceFormatter().Format(Actual[name]);

        Assert.Empty(Expected[name].Except(actual));
        if (AreDeclarations)
        {
            Assert.Empty(actual.Except(Expected[name]));
        }
    }

    [Fact]
    public void Declarations_hold_no_type_that_is_not_listed()
    {
        Assert.Empty(AreDeclarations ? Actual.Keys.Except(Expected.Keys) : []);
    }

    [Theory]
    [InlineData(typeof(FunctionAttribute), AttributeTargets.Method)]
    [InlineData(typeof(DurableTaskAttribute), AttributeTargets.Class)]
    [InlineData(typeof(HttpTriggerAttribute), AttributeTargets.Parameter)]
    [InlineData(typeof(ActivityTriggerAttribute), AttributeTargets.Parameter)]
    [InlineData(typeof(OrchestrationTriggerAttribute), AttributeTargets.Parameter)]
    [InlineData(typeof(DurableClientAttribute), AttributeTargets.Parameter)]
    public void Attribute_may_stand_only_where_the_sdk_allows_it(Type attribute, AttributeTargets targets)
    {
        Assert.Equal(targets, attribute.GetCustomAttribute<AttributeUsageAttribute>()!.ValidOn);
    }
}
