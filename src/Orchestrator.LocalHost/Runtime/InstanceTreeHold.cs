using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>
/// The hold on an instance that a client started, and on its descendants: they run in one process. It is released when the last of them has ended or was released.
/// Thread safe.
/// </summary>
internal sealed class InstanceTreeHold(IInstanceHold hold)
{
    private int _members = 1;
    private volatile bool _historiesDeleted;

    public InstanceTreeHold Share()
    {
        Interlocked.Increment(ref _members);
        return this;
    }

    /// <param name="historiesDeleted">Whether the histories of the root instance were deleted.</param>
    public void Release(bool historiesDeleted = false)
    {
        _historiesDeleted |= historiesDeleted;
        if (Interlocked.Decrement(ref _members) > 0)
        {
            return;
        }

        if (_historiesDeleted)
        {
            hold.DisposeAndDelete();
        }
        else
        {
            hold.Dispose();
        }
    }
}
