using System.Collections;
using System.Data.Common;

namespace Orchestrator.Activities.Tests.Tools.Database;

/// <summary>A collection that supports adding parameters only.</summary>
internal sealed class ParametersDouble(List<DatabaseDouble.ParameterDouble> parameters) : DbParameterCollection
{
    public override int Count => parameters.Count;

    public override object SyncRoot => parameters;

    public override int Add(object value)
    {
        parameters.Add((DatabaseDouble.ParameterDouble)value);
        return parameters.Count - 1;
    }

    public override IEnumerator GetEnumerator() => parameters.GetEnumerator();

    public override void AddRange(Array values) => throw new NotSupportedException();

    public override void Clear() => throw new NotSupportedException();

    public override bool Contains(object value) => throw new NotSupportedException();

    public override bool Contains(string value) => throw new NotSupportedException();

    public override void CopyTo(Array array, int index) => throw new NotSupportedException();

    public override int IndexOf(object value) => throw new NotSupportedException();

    public override int IndexOf(string parameterName) => throw new NotSupportedException();

    public override void Insert(int index, object value) => throw new NotSupportedException();

    public override void Remove(object value) => throw new NotSupportedException();

    public override void RemoveAt(int index) => throw new NotSupportedException();

    public override void RemoveAt(string parameterName) => throw new NotSupportedException();

    protected override DbParameter GetParameter(int index) => throw new NotSupportedException();

    protected override DbParameter GetParameter(string parameterName) => throw new NotSupportedException();

    protected override void SetParameter(int index, DbParameter value) => throw new NotSupportedException();

    protected override void SetParameter(string parameterName, DbParameter value) => throw new NotSupportedException();
}
